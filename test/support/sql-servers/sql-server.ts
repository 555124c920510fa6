import { mariadbServer } from './mariadb-server.js';
import { postgresServer } from './postgres-server.js';

/** A kind of database server that the tests can run on. Statements have `$1`, `$2`, … for parameters. */
export interface SqlServer {
  query<Row>(url: string, sql: string, parameters: readonly unknown[]): Promise<Row[]>;
  /** A database with the tables and the migrations of another one, and no rows else. */
  copy(adminUrl: string, template: string, name: string): Promise<void>;
  drop(adminUrl: string, name: string): Promise<void>;
  /** Nobody else reads or writes the table until the answer is called. */
  lockTable(url: string, table: string): Promise<() => Promise<void>>;
  /** Nobody else writes the row until the answer is called; all read it. */
  lockRow(url: string, table: string, id: number): Promise<() => Promise<void>>;
  /** A statement that takes so long and gives a row. */
  sleep(seconds: number): string;
  /** An expression that is another one on another connection. */
  readonly connectionId: string;
}

const sqlServers = { postgres: postgresServer, mariadb: mariadbServer } as const;

/** What `npm run test:mariadb` sets; PostgreSQL otherwise. */
export const TEST_DATABASE = (process.env.TEST_DATABASE ?? 'postgres') as keyof typeof sqlServers;

export const sqlServer: SqlServer = sqlServers[TEST_DATABASE];
