/**
 * What one login and one denied token take in Redis: the growth of `used_memory` by 100,000 of them,
 * starting from an empty data set. It holds everything: keys, values, the tables that find them, the
 * times they end, and for logins the index of each user.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { fillRedis } from '../../fleet/service-commands.js';
import { LabError } from '../../model/errors.js';
import { parseInfo } from '../../stores/redis/info.js';
import { alignColumns } from './cost-table.js';

const COUNT = 100_000;

export interface MemoryFigure {
  what: 'logins' | 'denied-tokens';
  atMost: number;
  bytesEach: number;
}

const LIMITS = [
  { what: 'logins', atMost: 400 },
  { what: 'denied-tokens', atMost: 160 },
] as const;

/** @throws LabError REDIS_NOT_OURS for a Redis that the lab did not start: it would be emptied */
export async function measureMemory({ stores, guardian }: SeededStores): Promise<MemoryFigure[]> {
  if (stores.sessionStore.given) {
    throw new LabError(
      'REDIS_NOT_OURS',
      'Memory is measured by emptying Redis, so unset REDIS_URL or leave out --parts memory.',
    );
  }
  const redis = new Redis(stores.redisUrl);
  try {
    const figures: MemoryFigure[] = [];
    for (const { what, atMost } of LIMITS) {
      await redis.flushall('SYNC');
      const before = await settledMemory(redis);
      await fillRedis(stores.redisUrl, what, COUNT, guardian);
      const after = await settledMemory(redis);
      figures.push({ what, atMost, bytesEach: (after - before) / COUNT });
    }
    await redis.flushall('SYNC');
    return figures;
  } finally {
    redis.disconnect();
  }
}

/** Bytes, once two looks agree: tables that grow are moved over step by step. */
async function settledMemory(redis: Redis): Promise<number> {
  let last = Number.NaN;
  for (;;) {
    const now = Number(parseInfo(await redis.info('memory')).used_memory);
    if (Math.abs(now - last) < COUNT / 100) return now;
    last = now;
    await delay(200);
  }
}

export function describeMemory(figures: readonly MemoryFigure[]): string[] {
  return [
    `Memory of Redis, mean of ${COUNT}, used_memory (everything included):`,
    ...alignColumns([
      ['one of', 'bytes', 'at most', 'verdict'],
      ...figures.map(({ what, bytesEach, atMost }) => [
        what,
        bytesEach.toFixed(0),
        String(atMost),
        bytesEach <= atMost ? 'met' : 'missed',
      ]),
    ]),
  ];
}
