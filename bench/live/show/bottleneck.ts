/** What has no more to give, by how much each process uses of what it may. Pure. */
import type { LaneFrame } from './show-model.js';

export interface Uses {
  /** Of each instance that serves: used and allowed, in cores; allowed null: no limit. */
  instances: readonly { cores: number | null; allowed: number | null }[];
  redis: {
    cores: number | null;
    allowed: number | null;
    /** Of the time, in which it had work and was held back by its limit; null: not held. */
    heldBackShare: number | null;
  };
  database: { cores: number | null };
  /** Of the whole machine. */
  machine: { cores: number | null; all: number };
  /** Whether a request of this lane asks Redis. */
  asksRedis: boolean;
}

/** A process that uses so much of its share waits for the rest of its period most of the time. */
const FULL_SHARE = 0.9;

/** A small share is given in pieces so rare that its use in a second jumps; that it waits most of the time does not. */
const HELD_BACK_SHARE = 0.5;

/** A process runs on one core at a time, whatever it is allowed. */
const ONE_CORE = 1;

export function bottleneckOf(uses: Uses): LaneFrame['full'] {
  const { instances, redis, database, machine, asksRedis } = uses;
  const isHeldBack = (redis.heldBackShare ?? 0) >= HELD_BACK_SHARE;
  if (asksRedis && (isHeldBack || isFull(redis.cores, redis.allowed))) return 'redis';
  const full = instances.filter(({ cores, allowed }) => isFull(cores, allowed));
  if (instances.length > 0 && full.length * 2 > instances.length) return 'instances';
  // PostgreSQL works in many processes, and is held by nobody here.
  if (database.cores !== null && database.cores >= FULL_SHARE * machine.all) return 'database';
  if (machine.cores !== null && machine.cores >= 0.95 * machine.all) return 'machine';
  return null;
}

function isFull(cores: number | null, allowed: number | null): boolean {
  return cores !== null && cores >= FULL_SHARE * Math.min(ONE_CORE, allowed ?? ONE_CORE);
}
