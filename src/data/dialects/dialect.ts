import type { Logger } from 'pino';
import type {
  DataSource,
  DataSourceOptions,
  DeleteQueryBuilder,
  EntityManager,
  EntityTarget,
  InsertQueryBuilder,
  ObjectLiteral,
  UpdateQueryBuilder,
} from 'typeorm';
import type { SeedPost, SeedUser } from '../seed-content.js';
import type { Statement } from '../statement.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Longest wait for a connection, and for the answer to one statement. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** A rule that a statement would have broken; `unstorable`: of a column, by a number or a text. */
export type Violation = 'unique' | 'foreign_key' | 'unstorable';

/**
 * All that differs between databases: how to connect, what their errors mean, and the SQL that has no
 * common form. Everything else in data/ is written once. A database is one file and a line in
 * registry.ts.
 */
export interface Dialect {
  /** For messages and the log: "PostgreSQL". */
  readonly product: string;
  /** Loads the driver: an instance has only the one it uses in memory. */
  connection(options: ConnectionOptions): Promise<DataSourceOptions>;
  readonly errors: DialectErrors;
  readonly columns: ColumnTypes;
  /** After the last bracket of CREATE TABLE. */
  readonly tableOptions: string;
  /** Makes addresses that differ in case alone one address. */
  readonly emailIndex: readonly string[];
  /** A condition on the user that `emailIndex` serves; its parameter is :email. */
  readonly hasEmail: string;
  /** An expression: the time now, as the columns keep it. */
  readonly now: string;
  readonly writes: WritesWithRows;
  readonly refreshFamilies: RefreshFamilySql;
  /** Deletes what expired at or before the parameter `now`, the oldest first. */
  removeExpired(
    dataSource: DataSource,
    what: ExpiringRows,
  ): (manager: EntityManager, parameters: { readonly now: number | Date }) => Promise<unknown>;
  /** Closes the connections of the pool that are free: the next ones may lead to another server. */
  dropConnections(dataSource: DataSource): void;
  /** Fails as a write would where the server takes none, and changes nothing. */
  checkWritable(manager: EntityManager): Promise<void>;
  /** Does work in a transaction that no other one of this name overlaps, on any instance. */
  alone<T>(
    manager: EntityManager,
    table: string,
    work: (transaction: EntityManager) => Promise<T>,
  ): Promise<T>;
  /** Empties the tables and fills them with the seed, ids from 1. */
  seed(manager: EntityManager, seed: Seed): Promise<void>;
}

interface ExpiringRows {
  readonly table: string;
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** A column with an index; after it nobody reads the row. */
  readonly expires: string;
  /** Rows that one statement deletes at most: it is short, and holds few locks. */
  readonly max: number;
}

/** Errors of the driver, as it raised them. */
interface DialectErrors {
  /** The server is down, frozen, too busy, or takes no writes. */
  isOutage(error: unknown): boolean;
  /** It takes no writes: another server may have become the primary. */
  isReadOnly(error: unknown): boolean;
  /** Codes on which a starting process asks again. */
  readonly worthWaiting: ReadonlySet<string>;
  /** Rolled back to let another one through: the same work may succeed now. */
  isDeadlock(error: unknown): boolean;
  violation(error: unknown): Violation | undefined;
}

/** The types that migrations use. */
interface ColumnTypes {
  /** A primary key that the database counts. */
  readonly id: string;
  /** Any length, any character, compared as it is spelt. */
  readonly text: string;
  /** The same, up to 254 characters. */
  readonly email: string;
  /** ASCII, up to 255 characters; can be a key. */
  readonly name: string;
  /** 32 bytes; can be a key. */
  readonly hash: string;
  readonly bytes: string;
  /** A point in time, to the millisecond or finer. */
  readonly instant: string;
  /** Default of a column: when the row was made. */
  readonly instantNow: string;
}

/** Writes that give the rows they wrote, every column under the name of its property. */
export interface WritesWithRows {
  insert<Entity extends ObjectLiteral>(
    dataSource: DataSource,
    target: EntityTarget<Entity>,
    query: InsertQueryBuilder<Entity>,
  ): Statement<Entity>;
  /** One row at most, the one whose primary key is the parameter `id`; none when the condition fails. */
  update<Entity extends ObjectLiteral>(
    dataSource: DataSource,
    target: EntityTarget<Entity>,
    query: UpdateQueryBuilder<Entity>,
  ): Statement<Entity>;
  /** One row at most, likewise; gives its id. */
  remove<Entity extends ObjectLiteral>(
    query: DeleteQueryBuilder<Entity>,
  ): Statement<{ readonly id: number }>;
}

/** See data/refresh-families.ts for what each is for. */
export interface RefreshFamilySql {
  /**
   * handleHash, presentedHash, nextHash, sealedSuccessor, now
   * @param columns of `refresh_families AS family` and `users`
   */
  rotate<Row>(dataSource: DataSource, columns: string): Statement<Row>;
}

export interface Seed {
  readonly users: readonly SeedUser[];
  readonly posts: readonly SeedPost[];
  readonly passwordHash: string;
  /** Rows are as old as this, one second apart. */
  readonly epoch: Date;
}
