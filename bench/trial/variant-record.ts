/** What is seen of a variant, step by step, and the evidence that it makes. Pure. */

import type { Fleet } from '../fleet/fleet.js';
import type { LoadRecord } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import type { EventLoopReading, EventLoopSpan } from '../measure/event-loop.js';
import type { Span } from '../measure/process-uses.js';
import { databaseOf } from '../model/databases.js';
import type { RunConfig, Trial } from '../model/result-schema.js';
import { countedBetween, countedTogether } from './instance-requests.js';
import type { Conclusion } from './judge-together.js';
import { assembleEvidence } from './trial-record.js';

export interface WarmedUp {
  /** When the last load of it had ended, ISO 8601. */
  at: string | null;
  seconds: number;
  requests: number;
}

export interface Measurement {
  /** ISO 8601; null: when the warm-up had ended. */
  startedAt: string | null;
  spans: Span[];
  eventLoops: EventLoopSpan[];
  /** What the load workers saw in the windows; undefined where none came to its end. */
  load: LoadRecord | undefined;
  /** What they saw besides: no part of the figures, but it must be without fault. */
  warmUps: readonly WorkerReport[];
  /** What each instance had counted: before any load, after the warm-up, at the end. */
  countedBefore: number[] | null;
  countedWarm: number[] | null;
  countedAfter: number[] | null;
}

export function beginMeasurement(startedAt: string | null): Measurement {
  return {
    startedAt,
    spans: [],
    eventLoops: [],
    load: undefined,
    warmUps: [],
    countedBefore: null,
    countedWarm: null,
    countedAfter: null,
  };
}

/** Instances that said nothing before or after a window are left out of it. */
export function eventLoopSpans(
  before: readonly (EventLoopReading | null)[],
  after: readonly (EventLoopReading | null)[],
): EventLoopSpan[] {
  return before.flatMap((from, index) => {
    const to = after[index];
    return from && to ? [{ from, to }] : [];
  });
}

export interface SeenVariant {
  measurement: Measurement;
  warmed: WarmedUp;
  /** Why a step failed. */
  failure: Error | null;
  /** undefined where it did not start. */
  fleet: Fleet | undefined;
  blank: Trial;
  config: RunConfig;
}

export function concludeVariant(seen: SeenVariant): Conclusion {
  const { measurement, warmed, failure, fleet, blank, config } = seen;
  const { load, spans } = measurement;
  const lost = fleet?.lost() ?? null;
  const interruption = lost ? { code: 'instance-lost', message: `${lost} during the trial` } : null;
  if (!fleet || spans.length === 0 || (failure !== null && !interruption)) {
    const reason = { code: 'trial-failed', message: failure?.message ?? 'it was not measured' };
    return { failed: { ...blank, valid: false, invalidReasons: [interruption ?? reason] } };
  }
  const { holdsWarmUp = true, ...loaded } = load ?? NOTHING_LOADED;
  return {
    evidence: assembleEvidence({
      blank: {
        ...blank,
        startedAt: measurement.startedAt ?? warmed.at ?? blank.startedAt,
        warmUpSeconds: warmed.seconds,
      },
      fleet,
      spans,
      load: loaded,
      beside: holdsWarmUp ? [] : measurement.warmUps,
      limits: config.cpuLimits,
      database: databaseOf(config),
      eventLoops: measurement.eventLoops,
      serverRequests: countedTogether(measurement.countedBefore, measurement.countedAfter),
      countedByInstances: countedBetween(measurement.countedWarm, measurement.countedAfter),
      interruption,
    }),
  };
}

/** Where the processes were lost before the load workers could report. */
const NOTHING_LOADED: LoadRecord = {
  windows: [],
  readings: 'between-loads',
  holdsWarmUp: true,
  inFlightLimit: 0,
};
