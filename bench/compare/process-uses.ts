/**
 * What every process used in the windows of a trial, all windows together. Pure.
 */
import type { ProcessUsage } from '../measure/process-usage.js';
import type { ProcessKind, Trial } from '../result/schema.js';
import type { Fleet } from '../services/fleet.js';
import type { Snapshot } from './snapshot.js';

export type ProcessUse = Trial['processes'][number];

interface Span {
  from: Snapshot;
  to: Snapshot;
}

/** Picks the usage of one process out of a snapshot. */
type Reading = (snapshot: Snapshot) => ProcessUsage | null | undefined;

export function processUses(
  fleet: Pick<Fleet, 'instances' | 'companions'>,
  spans: readonly Span[],
): ProcessUse[] {
  const use = (kind: ProcessKind, name: string, of: Reading, seconds = secondsBetween) =>
    useOf(kind, name, spans, of, seconds);
  const shards = spans.at(-1)?.to.shards ?? [];
  return [
    ...fleet.instances.map(({ number }, index) =>
      use('application', `instance ${number}`, ({ instances }) => instances[index]),
    ),
    // Only a companion of a kind that results know is measured; there is one kind so far.
    ...fleet.companions.map(({ name }, index) =>
      use('authority', name, ({ companions }) => companions[index]),
    ),
    // Redis answers when it gets to it, and says when that was.
    use(
      'redis',
      'redis',
      ({ redis }) => redis,
      ({ from, to }) => (from.redis && to.redis ? to.redis.atSeconds - from.redis.atSeconds : 0),
    ),
    use('postgres', 'postgres', ({ postgres }) => postgres),
    ...shards.map((_, index) =>
      use('loadGenerator', `shard ${index + 1}`, (snapshot) => snapshot.shards[index]),
    ),
  ];
}

/** Snapshots stand a few milliseconds off the windows' edges; the rate of use is that of the windows. */
export function cpuMicrosecondsInWindow(use: ProcessUse, windowSeconds: number): number | null {
  return use.cores === null ? null : use.cores * windowSeconds * 1e6;
}

/** Unknown as soon as it is unknown for one window. */
function useOf(
  kind: ProcessKind,
  name: string,
  spans: readonly Span[],
  of: Reading,
  secondsOf: (span: Span) => number,
): ProcessUse {
  let cpuSeconds: number | null = spans.length === 0 ? null : 0;
  let seconds = 0;
  for (const span of spans) {
    const before = of(span.from);
    const after = of(span.to);
    seconds += secondsOf(span);
    cpuSeconds =
      cpuSeconds === null || !before || !after
        ? null
        : cpuSeconds + Math.max(0, after.cpuSeconds - before.cpuSeconds);
  }
  const last = spans.at(-1);
  return {
    kind,
    name,
    cpuSeconds,
    cores: cpuSeconds === null || seconds <= 0 ? null : cpuSeconds / seconds,
    rssBytes: (last && of(last.to)?.rssBytes) ?? null,
  };
}

function secondsBetween({ from, to }: Span): number {
  return (to.atMs - from.atMs) / 1000;
}
