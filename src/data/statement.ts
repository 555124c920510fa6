import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/**
 * A statement whose SQL TypeORM built once, run many times with parameters by name.
 *
 * @returns rows in the names of the entity's properties and the driver's types: plain entities
 */
export type Statement<Row> = (
  manager: EntityManager,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<Row[]>;

/** Any of TypeORM's query builders. */
interface BuiltQuery {
  getQueryAndParameters(): [string, unknown[]];
}

/**
 * Lets TypeORM build the SQL from the entities' metadata once instead of for every request, and
 * returns rows as they are instead of hydrating them through joins that are not there
 * (docs/decisions/106).
 *
 * @param query built with the name of each parameter in place of its value: `{ id: 'id' }`. TypeORM
 *   decides the order of the parameters; their names tell it back.
 */
export function compile<Row>(query: BuiltQuery): Statement<Row> {
  const execute = prepare(query);
  return async (manager, parameters) => rowsOf(await execute(manager, parameters));
}

/** The same, with the answer as TypeORM's driver gives it. */
export function prepare(
  query: BuiltQuery,
): (manager: EntityManager, parameters: Readonly<Record<string, unknown>>) => Promise<unknown> {
  const [sql, names] = query.getQueryAndParameters();
  return (manager, parameters) =>
    manager.query(
      sql,
      names.map((name) => parameters[name as string]),
    );
}

/** Rows of a SELECT, or of what a data-changing statement RETURNs. */
export function rowsOf<Row>(answer: unknown): Row[] {
  // TypeORM's PostgreSQL driver answers UPDATE and DELETE with [rows, count], the others with rows.
  const rows = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : answer;
  return rows as Row[];
}

/** How many rows an UPDATE or DELETE changed, of any database's answer. */
export function changedBy(answer: unknown): number {
  return Array.isArray(answer)
    ? (answer[1] as number)
    : (answer as { affectedRows: number }).affectedRows;
}

/** SQL as it stands, with parameters by name: `:id`. For what TypeORM's builders cannot say. */
export function handWritten(dataSource: DataSource, sql: string): BuiltQuery {
  const names = [...sql.matchAll(/(?<![:\w]):(\w+)/g)].map(([, name]) => name as string);
  const named = Object.fromEntries(names.map((name) => [name, name]));
  return { getQueryAndParameters: () => dataSource.driver.escapeQueryWithParameters(sql, named) };
}

/**
 * A SELECT of every column of an entity under the name of its property, but for those that are marked
 * `select: false`.
 */
export function selectAll<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  target: EntityTarget<Entity>,
  alias: string,
) {
  const query = dataSource.createQueryBuilder(target, alias).select([]);
  for (const { propertyName, isSelect } of dataSource.getMetadata(target).columns) {
    if (isSelect) {
      query.addSelect(`${alias}.${propertyName}`, propertyName);
    }
  }
  return query;
}

/** For RETURNING: every column of an entity under the name of its property. */
export function returningAll<Entity extends ObjectLiteral>(
  dataSource: DataSource,
  target: EntityTarget<Entity>,
): string {
  return dataSource
    .getMetadata(target)
    .columns.map(
      ({ databaseName, propertyName }) =>
        `${dataSource.driver.escape(databaseName)} AS ${dataSource.driver.escape(propertyName)}`,
    )
    .join(', ');
}
