/** What is seen of a side, step by step, and the evidence that it makes. Pure. */

import type { Fleet } from '../fleet/fleet.js';
import type { ShardReport } from '../load/messages.js';
import type { EventLoopReading, EventLoopSpan } from '../measure/event-loop.js';
import type { Span } from '../measure/process-uses.js';
import type { Evidence } from '../measure/validity.js';
import type { RunConfig, Trial } from '../model/result-schema.js';
import { countedBetween, countedTogether } from './instance-requests.js';
import { assembleEvidence, type Observation } from './trial-record.js';

export interface SideRecord {
  /** When the last load of the warm-up had ended, ISO 8601. */
  warmedAt: string | null;
  warmedSeconds: number;
  warmedRequests: number;
  spans: Span[];
  eventLoops: EventLoopSpan[];
  /** Windows of the open loop. */
  byPlan: Observation['windows'][number][];
  /** Of all windows of the closed loop. */
  measuredSeconds: number;
  /** What the shards saw in the session. */
  inSession: readonly ShardReport[];
  /** What each instance had counted: before any load, after the warm-up, at the end. */
  countedBefore: number[] | null;
  countedWarm: number[] | null;
  countedAfter: number[] | null;
  /** Why a step failed. */
  failure: string | null;
}

export function emptyRecord(): SideRecord {
  return {
    warmedAt: null,
    warmedSeconds: 0,
    warmedRequests: 0,
    spans: [],
    eventLoops: [],
    byPlan: [],
    measuredSeconds: 0,
    inSession: [],
    countedBefore: null,
    countedWarm: null,
    countedAfter: null,
    failure: null,
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

/**
 * @param fleet undefined where it did not start
 * @returns what was seen, to be judged; or the trial itself where nothing can be judged
 */
export function concludeSide(
  record: SideRecord,
  fleet: Fleet | undefined,
  blank: Trial,
  config: RunConfig,
): { evidence: Evidence } | { failed: Trial } {
  const { spans, byPlan, inSession, failure } = record;
  const lost = fleet?.lost() ?? null;
  const interruption = lost ? { code: 'instance-lost', message: `${lost} during the trial` } : null;
  if (!fleet || spans.length === 0 || (failure !== null && !interruption)) {
    const reason = { code: 'trial-failed', message: failure ?? 'it was not measured' };
    return { failed: { ...blank, valid: false, invalidReasons: [interruption ?? reason] } };
  }
  return {
    evidence: assembleEvidence({
      blank: {
        ...blank,
        startedAt: record.warmedAt ?? blank.startedAt,
        warmUpSeconds: record.warmedSeconds,
      },
      fleet,
      spans,
      ...(config.offered
        ? { windows: byPlan, readings: 'under-load' as const }
        : {
            windows: [{ seconds: record.measuredSeconds, reports: inSession }],
            readings: 'between-loads' as const,
          }),
      beside: config.offered ? inSession : [],
      eventLoops: record.eventLoops,
      // Every load of the session ended with its last answer; one by plan does not wait for it.
      inFlightLimit: blank.connections * byPlan.length,
      serverRequests: countedTogether(record.countedBefore, record.countedAfter),
      countedByInstances: countedBetween(record.countedWarm, record.countedAfter),
      interruption,
    }),
  };
}
