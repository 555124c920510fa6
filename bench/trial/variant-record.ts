/** What is seen of a variant, step by step, and the evidence that it makes. Pure. */

import type { LoadRecord } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import { LabError } from '../model/errors.js';
import type { Trial } from '../model/result-schema.js';
import type { Conclusion } from './judge-together.js';
import type { LoadedFleet } from './loaded-system.js';
import type { SeenTurn } from './seen-turn.js';
import { assembleEvidence } from './trial-record.js';

export interface Measurement {
  /** ISO 8601; null: nothing was measured yet. */
  startedAt: string | null;
  turns: SeenTurn[];
  /** What the load workers saw in the windows; undefined where none came to its end. */
  load: LoadRecord | undefined;
  /** What they saw besides: no part of the figures, but it must be without fault. */
  warmUps: readonly WorkerReport[];
}

export function beginMeasurement(): Measurement {
  return { startedAt: null, turns: [], load: undefined, warmUps: [] };
}

export interface SeenVariant {
  measurement: Measurement;
  warmed: { seconds: number };
  /** Why a step failed. */
  failure: Error | null;
  /** undefined where it did not start. */
  fleet: LoadedFleet | undefined;
  blank: Trial;
}

export function concludeVariant(seen: SeenVariant): Conclusion {
  const { measurement, warmed, failure, fleet, blank } = seen;
  const { load, turns, startedAt } = measurement;
  const lost = fleet?.lost() ?? null;
  const interruption = lost
    ? { code: 'instance-lost', message: `${lost} during the trial` }
    : isAgentLost(failure)
      ? { code: 'agent-lost', message: failure.message }
      : null;
  if (!fleet || turns.length === 0 || (failure !== null && !interruption)) {
    const reason = { code: 'trial-failed', message: failure?.message ?? 'it was not measured' };
    return { failed: { ...blank, valid: false, invalidReasons: [interruption ?? reason] } };
  }
  const { holdsWarmUp = true, ...loaded } = load ?? NOTHING_LOADED;
  return {
    evidence: assembleEvidence({
      blank: {
        ...blank,
        startedAt: startedAt ?? blank.startedAt,
        warmUpSeconds: warmed.seconds,
      },
      fleet,
      turns,
      load: loaded,
      beside: holdsWarmUp ? [] : measurement.warmUps,
      interruption,
    }),
  };
}

/** A machine that sent load for the lab is gone: what it has sent until then is no whole trial. */
export function isAgentLost(error: unknown): error is LabError {
  return error instanceof LabError && error.code === 'AGENT_LOST';
}

/** Where the processes were lost before the load workers could report. */
const NOTHING_LOADED: LoadRecord = {
  windows: [],
  readings: 'between-loads',
  holdsWarmUp: true,
  inFlightLimit: 0,
};
