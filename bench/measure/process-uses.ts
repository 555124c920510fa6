/**
 * What every process used in the windows of a trial, all windows together. Pure.
 */
import type { Trial } from '../model/result-schema.js';
import type { ProcessReading, Snapshot } from './snapshot.js';

export type ProcessUse = Trial['processes'][number];

/** The time between two readings of every process. */
export interface Span {
  from: Snapshot;
  to: Snapshot;
}

/** In the order of the snapshots. */
export function processUses(spans: readonly Span[]): ProcessUse[] {
  const last = spans.at(-1)?.to.processes ?? [];
  return last.map((process) =>
    useOf(
      process,
      spans.map((span) => partOf(process, span)),
    ),
  );
}

/** What one process used in one span; unknown where one of its readings is. */
interface Part {
  cpuSeconds: number | null;
  throttledSeconds: number | null;
  /** Length of the span by the clock that goes with the usage. */
  seconds: number;
}

function partOf({ tier, name }: ProcessReading, span: Span): Part {
  const [from, to] = [span.from, span.to].map(({ processes }) =>
    processes.find((known) => known.tier === tier && known.name === name),
  );
  return {
    cpuSeconds: grown(from?.usage?.cpuSeconds, to?.usage?.cpuSeconds),
    throttledSeconds: grown(from?.held?.throttledSeconds, to?.held?.throttledSeconds),
    seconds: lengthOf(span, from?.usage?.atSeconds, to?.usage?.atSeconds),
  };
}

function useOf(
  { tier, name, workers, agent, usage, held }: ProcessReading,
  parts: Part[],
): ProcessUse {
  const cpuSeconds = sum(parts.map((part) => part.cpuSeconds));
  const throttledSeconds = sum(parts.map((part) => part.throttledSeconds));
  const seconds = parts.reduce((total, part) => total + part.seconds, 0);
  return {
    kind: tier,
    name,
    cpuSeconds,
    cores: cpuSeconds === null || seconds <= 0 ? null : cpuSeconds / seconds,
    rssBytes: usage?.rssBytes ?? null,
    ...(workers !== undefined && { workers }),
    ...(agent !== undefined && { agent }),
    // Nothing is said of what is never held.
    ...(held && throttledSeconds !== null && { limitCores: held.limitCores, throttledSeconds }),
  };
}

/** A counter of a process that was started again begins at 0. */
function grown(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.max(0, to - from);
}

/** Unknown as soon as one part is. */
function sum(parts: readonly (number | null)[]): number | null {
  return parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0);
}

/** A process elsewhere says by its own clock when its figures were true. */
function lengthOf(span: Span, from: number | undefined, to: number | undefined): number {
  if (from === undefined && to === undefined) return secondsBetween(span);
  // By two clocks no length is known.
  return from === undefined || to === undefined ? 0 : to - from;
}

export function secondsBetween({ from, to }: Span): number {
  return (to.atMs - from.atMs) / 1000;
}
