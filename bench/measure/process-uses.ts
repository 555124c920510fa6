/**
 * What every process used in the windows of a trial, all windows together. Pure.
 */

import type { Fleet } from '../fleet/fleet.js';
import type { DatabaseName } from '../model/databases.js';
import type { ProcessKind, RunConfig, Trial } from '../model/result-schema.js';
import type { ProcessUsage } from '../processes/process-usage.js';
import type { Snapshot } from './snapshot.js';

export type ProcessUse = Trial['processes'][number];

/** The time between two readings of every process. */
export interface Span {
  from: Snapshot;
  to: Snapshot;
}

/** One process, and where it stands in a snapshot. */
interface Reading {
  kind: ProcessKind;
  name: string;
  usage(snapshot: Snapshot): ProcessUsage | null | undefined;
  workers?: number;
  /** Length of a span by the clock that goes with the usage. */
  seconds?(span: Span): number;
  /** Of those that can be held to a share of a core. */
  hold?: {
    limitCores: number | null;
    throttledSeconds(snapshot: Snapshot): number | null | undefined;
  };
}

/** The processes of a fleet, without what ends them. */
export type FleetProcesses = Pick<Fleet, 'instances' | 'companions' | 'web'>;

export function processUses(
  fleet: FleetProcesses,
  database: DatabaseName,
  spans: readonly Span[],
  limits?: RunConfig['cpuLimits'],
): ProcessUse[] {
  const shards = spans.at(-1)?.to.shards.length ?? 0;
  return readingsOf(fleet, database, shards, limits).map((reading) => useOf(reading, spans));
}

function readingsOf(
  fleet: FleetProcesses,
  database: DatabaseName,
  shards: number,
  limits: RunConfig['cpuLimits'],
): Reading[] {
  return [
    ...fleet.instances.map(
      ({ number }, index): Reading => ({
        kind: 'application',
        name: `instance ${number}`,
        usage: ({ instances }) => instances[index],
        hold: {
          limitCores: limits?.application ?? null,
          throttledSeconds: ({ throttledSeconds }) => throttledSeconds.instances[index],
        },
      }),
    ),
    ...fleet.companions.map(
      ({ name }, index): Reading => ({
        kind: name === 'prediction-server' ? 'prediction' : 'authority',
        name,
        usage: ({ companions }) => companions[index],
      }),
    ),
    ...(fleet.web ? [webReading(fleet.web)] : []),
    {
      kind: 'redis',
      name: 'redis',
      usage: ({ redisProcess, redis }) => redisProcess ?? redis,
      seconds: redisSeconds,
      hold: {
        limitCores: limits?.redis ?? null,
        throttledSeconds: ({ throttledSeconds }) => throttledSeconds.redis,
      },
    },
    {
      kind: database,
      name: database,
      usage: (snapshot) => snapshot.database,
      hold: {
        limitCores: limits?.[database] ?? null,
        throttledSeconds: ({ throttledSeconds }) => throttledSeconds.database,
      },
    },
    ...Array.from(
      { length: shards },
      (_, index): Reading => ({
        kind: 'loadGenerator',
        name: `shard ${index + 1}`,
        usage: (snapshot) => snapshot.shards[index],
      }),
    ),
  ];
}

function webReading({ workers }: NonNullable<Fleet['web']>): Reading {
  return { kind: 'web', name: 'nginx', workers, usage: ({ web }) => web };
}

/** Unknown as soon as it is unknown for one window. */
function useOf(
  { kind, name, workers, usage, seconds, hold }: Reading,
  spans: readonly Span[],
): ProcessUse {
  const cpuSeconds = grown(spans, (snapshot) => usage(snapshot)?.cpuSeconds);
  const length = spans.reduce((sum, span) => sum + (seconds ?? secondsBetween)(span), 0);
  const last = spans.at(-1)?.to;
  const throttledSeconds = hold && grown(spans, (snapshot) => hold.throttledSeconds(snapshot));
  return {
    kind,
    name,
    cpuSeconds,
    cores: cpuSeconds === null || length <= 0 ? null : cpuSeconds / length,
    rssBytes: (last && usage(last)?.rssBytes) ?? null,
    ...(workers !== undefined && { workers }),
    // Nothing is said of what is never held.
    ...(hold &&
      typeof throttledSeconds === 'number' && { limitCores: hold.limitCores, throttledSeconds }),
  };
}

/** By how much a counter grew in all spans together. */
function grown(
  spans: readonly Span[],
  counter: (snapshot: Snapshot) => number | null | undefined,
): number | null {
  let sum: number | null = spans.length === 0 ? null : 0;
  for (const { from, to } of spans) {
    const before = counter(from) ?? null;
    const after = counter(to) ?? null;
    sum =
      sum === null || before === null || after === null ? null : sum + Math.max(0, after - before);
  }
  return sum;
}

/** A Redis elsewhere answers when it gets to it, and says when that was. */
function redisSeconds(span: Span): number {
  const { from, to } = span;
  if (from.redisProcess && to.redisProcess) return secondsBetween(span);
  return from.redis && to.redis ? to.redis.atSeconds - from.redis.atSeconds : 0;
}

export function secondsBetween({ from, to }: Span): number {
  return (to.atMs - from.atMs) / 1000;
}
