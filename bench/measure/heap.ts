/**
 * What the garbage collector of an instance did in the turns of a trial, from readings of counters that only
 * grow. Pure.
 */
import { z } from 'zod';
import type { Trial } from '../model/result-schema.js';

export const heapReading = z.object({
  usedBytes: z.number(),
  majorCollections: z.int(),
  minorCollections: z.int(),
  collectingMs: z.number(),
});

/** What one instance said at one edge of a turn. */
interface Said {
  heap?: z.infer<typeof heapReading> | undefined;
  eventLoop?: { activeMs: number } | undefined;
}

type InstanceHeap = NonNullable<Trial['perInstance'][number]['heap']>;

/**
 * @param turns of one instance, in their order
 * @returns undefined where it said nothing
 */
export function describeHeap(turns: readonly { from: Said; to: Said }[]): InstanceHeap | undefined {
  const last = turns.at(-1)?.to.heap;
  const grown = (of: (said: Said) => number | undefined): number =>
    turns.reduce((sum, { from, to }) => sum + ((of(to) ?? 0) - (of(from) ?? 0)), 0);
  if (last === undefined || turns.some(({ from }) => from.heap === undefined)) return undefined;
  const collectingMs = grown(({ heap }) => heap?.collectingMs);
  const activeMs = grown(({ eventLoop }) => eventLoop?.activeMs);
  return {
    usedBytes: last.usedBytes,
    majorCollections: grown(({ heap }) => heap?.majorCollections),
    minorCollections: grown(({ heap }) => heap?.minorCollections),
    collectorShare: activeMs > 0 ? Math.min(1, collectingMs / activeMs) : null,
  };
}
