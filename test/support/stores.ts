import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createRestartableRedis } from './restartable-redis.js';
import { sqlServer } from './sql-servers/sql-server.js';
import { connectTestRedis, TEST_REDIS } from './test-redis.js';
import { workerStores } from './worker-stores.js';

/** Migrated once by the global setup; copying it is faster than migrating for each suite. */
export const TEMPLATE_DATABASE = 't_template';

export interface TestDatabase {
  readonly url: string;
  /** Parameters are `$1`, `$2`, … whatever the server. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** Nobody else reads or writes the table until the answer is called. */
  lockTable(table: string): Promise<() => Promise<void>>;
  /** Nobody else writes the row until the answer is called; all read it. */
  lockRow(table: string, id: number): Promise<() => Promise<void>>;
  drop(): Promise<void>;
}

/** An empty, migrated database of the caller's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const { databaseUrl } = workerStores();
  await sqlServer.copy(databaseUrl, TEMPLATE_DATABASE, name);
  const url = databaseUrlFor(name);
  return {
    url,
    query: (sql, parameters = []) => sqlServer.query(url, sql, parameters),
    lockTable: (table) => sqlServer.lockTable(url, table),
    lockRow: (table, id) => sqlServer.lockRow(url, table, id),
    drop: () => sqlServer.drop(databaseUrl, name),
  };
}

export function databaseUrlFor(name: string, worker?: number): string {
  const url = new URL(workerStores(worker).databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function adminQuery(sql: string, worker?: number): Promise<void> {
  await sqlServer.query(workerStores(worker).databaseUrl, sql, []);
}

let nextRedisDatabase = 0;

/** A logical database of the worker's Redis, emptied. Redis has 16: suites take turns. A cluster has one, so each has its own. */
export async function createTestRedis(): Promise<{ url: string; client: Redis; close(): void }> {
  if (TEST_REDIS.kind !== 'one') {
    return createTestCluster();
  }
  nextRedisDatabase = (nextRedisDatabase % 15) + 1;
  const url = `${workerStores().redisUrl.replace(/\/\d*$/, '')}/${nextRedisDatabase}`;
  const client = new Redis(url);
  await client.flushdb();
  return { url, client, close: () => client.disconnect() };
}

async function createTestCluster(): Promise<{ url: string; client: Redis; close(): void }> {
  const { url, remove } = await createRestartableRedis();
  const client = await connectTestRedis(url);
  return {
    url,
    client,
    close: () => {
      client.disconnect();
      // Its guardian ends it too, should this process be gone first.
      void remove();
    },
  };
}
