/**
 * The CPU time and memory of every process at one moment; two of them frame a window.
 */

import type { Fleet } from '../fleet/fleet.js';
import type { HeldProcess } from '../fleet/held-processes.js';
import { type ProcessUsage, usageOf, usageOfFamily } from '../processes/process-usage.js';
import type { StoreMeter, StoreUsage } from '../stores/store.js';
import { type MachineTimes, readMachineTimes } from './machine-usage.js';

export interface SnapshotSources {
  redis: StoreMeter;
  /** As this machine sees it; null when Redis runs on another one. */
  readRedisProcess: () => Promise<ProcessUsage | null>;
  /** null when the database runs on another machine. */
  readDatabase: () => Promise<ProcessUsage | null>;
}

/** Held or not; the instances in the order of the fleet. */
export interface HeldProcesses {
  instances: readonly HeldProcess[];
  redis: HeldProcess;
  database: HeldProcess;
}

/** For each process the seconds it was held back so far; null where it is not held. */
export interface ThrottledSeconds {
  instances: (number | null)[];
  redis: number | null;
  database: number | null;
}

export interface Snapshot {
  /** When the processes were read, on the monotonic clock. */
  atMs: number;
  machine: MachineTimes;
  instances: (ProcessUsage | null)[];
  companions: (ProcessUsage | null)[];
  /** Absent where the fleet has no web tier. */
  web?: ProcessUsage | null;
  shards: (ProcessUsage | null)[];
  database: ProcessUsage | null;
  /** Redis answers when it gets to it, so it brings a moment of its own. */
  redis: StoreUsage | null;
  /** The same process as this machine sees it; null when it runs on another. */
  redisProcess: ProcessUsage | null;
  throttledSeconds: ThrottledSeconds;
}

/**
 * @param edge of the span that it begins or ends: what it costs Redis to answer is kept outside
 */
export async function takeSnapshot(
  edge: 'from' | 'to',
  { redis, readRedisProcess, readDatabase }: SnapshotSources,
  fleet: Fleet,
  shardPids: readonly number[],
  held: HeldProcesses,
  nowMs: () => number,
): Promise<Snapshot> {
  const readRedis = () => redis.read().catch(() => null);
  const before = edge === 'from' ? await readRedis() : null;
  const atMs = nowMs();
  const [instances, companions, shards, database] = await Promise.all([
    Promise.all(fleet.instances.map(({ pid }) => usageOf(pid))),
    Promise.all(fleet.companions.map(({ pid }) => usageOf(pid))),
    Promise.all(shardPids.map(usageOf)),
    readDatabase(),
  ]);
  const redisProcess = await readRedisProcess();
  return {
    atMs,
    machine: readMachineTimes(),
    instances,
    companions,
    ...(fleet.web && { web: usageOfFamily(fleet.web.pid) }),
    shards,
    database,
    redisProcess,
    redis: edge === 'from' ? before : await readRedis(),
    throttledSeconds: {
      instances: held.instances.map((each) => each.throttledSeconds()),
      redis: held.redis.throttledSeconds(),
      database: held.database.throttledSeconds(),
    },
  };
}
