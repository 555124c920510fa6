/** What a window of `lab load` is worth: the rules of trials, and one more. Pure. */

import { type Breach, breachesOf, LITTLE_TOLERANCE } from '../../measure/validity.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber } from '../../text/format.js';
import type { UrlWindow } from './url-window.js';

export interface SeenWindow
  extends Pick<
    UrlWindow,
    'requests' | 'throughputRps' | 'latencyMs' | 'failures' | 'firstFailure' | 'generatorCores'
  > {
  connections: number;
  seconds: number;
  /** By status, also outside of the window. */
  unexpectedStatuses: Record<string, number>;
  /** Of each request without an answer at the end. */
  waitsMs: readonly number[];
  /** Throughput of equal parts of the window. */
  slicesRps: number[];
}

/** A request that waits for so many times the mean is not slow: it was dropped. */
const STALLED_MEANS = 10;
const STALLED_SHARE_OF_WINDOW = 0.5;

/** These say that the server may do better or was disturbed; what was counted is true all the same. */
const CAVEATS = ['load-generator-limit', 'not-steady'];

/** Why the figures of a window cannot be believed, as sentences. */
export function flawsOf({ breaches }: Pick<UrlWindow, 'breaches'>): string[] {
  return breaches.flatMap(({ code, message }) => (CAVEATS.includes(code) ? [] : [message]));
}

export function judgeWindow(seen: SeenWindow): Breach[] {
  const { latencyMs, seconds, failures } = seen;
  const stalled = breachOfStall(seen);
  // A request counts where it is answered, with all its time: those on an edge of the window bring too
  // much or too little, each connection one of them.
  const edgeMs = Math.max(latencyMs?.max ?? 0, ...seen.waitsMs);
  const broken = breachesOf({
    trial: {
      ...seen,
      latencyMs,
      windowsRps: seen.slicesRps,
      errors: failures,
      timeouts: 0,
      perInstance: [],
      processes: [{ kind: 'loadGenerator', name: 'shard 1', cores: seen.generatorCores }],
      reconciliation: null,
    },
    unexpectedStatuses: seen.unexpectedStatuses,
    firstError: seen.firstFailure,
    interruption: null,
    pace: null,
    littleTolerance: Math.max(LITTLE_TOLERANCE, edgeMs / (seconds * 1000)),
  });
  if (stalled !== null) broken.push({ code: 'stalled', message: stalled });
  // Requests that fail are the cause where Little's law fails with them.
  return broken.sort((first, second) => rank(first) - rank(second));
}

function rank({ code }: Breach): number {
  return ['unexpected-answers', 'stalled'].includes(code) ? 0 : 1;
}

/** Requests that never come to an end are in no latency, so that a server that hangs would look fast. */
function breachOfStall({ waitsMs, latencyMs, seconds }: SeenWindow): string | null {
  const meanMs = latencyMs?.mean ?? 0;
  const limitMs = Math.max(STALLED_MEANS * meanMs, STALLED_SHARE_OF_WINDOW * seconds * 1000);
  const stalled = waitsMs.filter((waitMs) => waitMs > limitMs);
  if (stalled.length === 0) return null;
  return `the server left ${countOf(stalled.length, 'request')} without an answer for up to ${formatNumber(Math.max(...stalled) / 1000)} s`;
}
