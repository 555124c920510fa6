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
  const [sql, names] = query.getQueryAndParameters();
  return async (manager, parameters) => {
    const answer: unknown = await manager.query(
      sql,
      names.map((name) => parameters[name as string]),
    );
    // TypeORM's PostgreSQL driver answers UPDATE and DELETE with [rows, count], the others with rows.
    const rows = Array.isArray(answer) && Array.isArray(answer[0]) ? answer[0] : answer;
    return rows as Row[];
  };
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
