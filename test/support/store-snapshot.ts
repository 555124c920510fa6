import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import pg from 'pg';
import { EXPIRING_TABLES } from '../../src/data/expired-rows.js';

/**
 * What lies in the stores of one suite: a line for each row and each key, with the time at which the row
 * ends. Milliseconds since the epoch; Infinity where it has no end, or where the store removes it itself.
 */
type Snapshot = ReadonlyMap<string, number>;

export interface StoreWatcher {
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
        `SELECT '${tablename} ' || md5(t::text) AS line, ${endOf(tablename)} AS ends FROM public."${tablename}" AS t`,
    )
    .join(' UNION ALL ');

  async function read(): Promise<Snapshot> {
    const [tables, keys] = await Promise.all([
      client.query<{ line: string; ends: number | null }>(query),
      redis.keys('*'),
    ]);
    const mine = keys.filter((key) => !LOGIN_LIMITS.test(key));
    const dumps = await Promise.all(mine.map((key) => redis.dumpBuffer(key)));
    const lines = mine.map((key, index) => `redis ${key} ${md5(dumps[index] ?? Buffer.alloc(0))}`);
    return new Map([
      ...tables.rows.map(({ line, ends }): [string, number] => [line, ends ?? Infinity]),
      ...lines.map((line): [string, number] => [line, Infinity]),
    ]);
  }

  return {
    unchanged: async (work) => {
      const before = await read();
      await work();
      const after = await read();
      // The housekeeper of an instance may remove what expired, at any moment and in nobody's name.
      const end = Date.now();
      expect(linesAfter(after, end), 'what the stores hold').to.deep.equal(linesAfter(before, end));
    },
    close: () => client.end(),
  };
}

function linesAfter(snapshot: Snapshot, time: number): string[] {
  return [...snapshot].flatMap(([line, ends]) => (ends > time ? [line] : [])).sort();
}

/** SQL for the end of a row, in milliseconds since the epoch. */
function endOf(table: string): string {
  const expiring = EXPIRING_TABLES.find((known) => known.table === table);
  if (expiring === undefined) return 'NULL::float8';
  return expiring.inMilliseconds
    ? `${expiring.expires}::float8`
    : `(extract(epoch FROM ${expiring.expires}) * 1000)::float8`;
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
