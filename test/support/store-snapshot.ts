import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import pg from 'pg';

/** What lies in the stores of one suite: a line for each row and each key. */
export type Snapshot = readonly string[];

export interface StoreWatcher {
  take(): Promise<Snapshot>;
  /** Does something and asserts that the stores are afterwards as they were before. */
  unchanged(work: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Counts of failed logins: a refused login must change those. */
const LOGIN_LIMITS = /^login:/;

/**
 * Looks at every table of the database and every key of the suite's logical Redis database. Values are
 * hashed, so that a failed comparison prints no secrets.
 */
export async function watchStores(databaseUrl: string, redis: Redis): Promise<StoreWatcher> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ tablename: string }>(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  const query = rows
    .map(
      ({ tablename }) =>
        `SELECT '${tablename} ' || md5(t::text) AS line FROM public."${tablename}" AS t`,
    )
    .join(' UNION ALL ');

  async function take(): Promise<Snapshot> {
    const [tables, keys] = await Promise.all([
      client.query<{ line: string }>(query),
      redis.keys('*'),
    ]);
    const mine = keys.filter((key) => !LOGIN_LIMITS.test(key));
    const dumps = await Promise.all(mine.map((key) => redis.dumpBuffer(key)));
    const lines = mine.map((key, index) => `redis ${key} ${md5(dumps[index] ?? Buffer.alloc(0))}`);
    return [...tables.rows.map(({ line }) => line), ...lines].sort();
  }

  return {
    take,
    unchanged: async (work) => {
      const before = await take();
      await work();
      expect(await take(), 'what the stores hold').to.deep.equal(before);
    },
    close: () => client.end(),
  };
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
