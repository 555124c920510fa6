import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import pg from 'pg';
import { workerStores } from './worker-stores.js';

/** Migrated once by the global setup; copying it is faster than migrating for each suite. */
export const TEMPLATE_DATABASE = 't_template';

export interface TestDatabase {
  readonly url: string;
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** An empty, migrated database of the caller's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await adminQuery(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const url = databaseUrlFor(name);
  return {
    url,
    query: (sql, parameters) => query(url, sql, parameters),
    drop: async () => {
      await adminQuery(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

export function databaseUrlFor(name: string, worker?: number): string {
  const url = new URL(workerStores(worker).databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function adminQuery(sql: string, worker?: number): Promise<void> {
  await query(workerStores(worker).databaseUrl, sql);
}

let nextRedisDatabase = 0;

/** A logical database of the worker's Redis, emptied. Redis has 16: suites take turns. */
export async function createTestRedis(): Promise<{ url: string; client: Redis; close(): void }> {
  nextRedisDatabase = (nextRedisDatabase % 15) + 1;
  const url = `${workerStores().redisUrl.replace(/\/\d*$/, '')}/${nextRedisDatabase}`;
  const client = new Redis(url);
  await client.flushdb();
  return { url, client, close: () => client.disconnect() };
}

async function query<Row>(url: string, sql: string, parameters: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, parameters)).rows as Row[];
  } finally {
    await client.end();
  }
}
