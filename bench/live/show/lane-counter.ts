/** The answers of a lane since it was last asked, as the ledger judged them. */
import { OUTCOMES, type Outcome } from '../../model/outcomes.js';
import type { StageEvent } from '../../stage/ledger.js';
import { ascending, quantile } from '../../statistics/quantile.js';

export interface Counted {
  /** In the order of OUTCOMES. */
  outcomes: number[];
  p50Ms: number | null;
  p99Ms: number | null;
  /** By number of the instance. */
  answers: Map<number, number>;
  /** Of the bodies of all answers. */
  bytes: number;
}

export interface LaneCounter {
  hear(event: StageEvent, outcome: Outcome | null): void;
  take(): Counted;
}

export function createLaneCounter(): LaneCounter {
  let outcomes = OUTCOMES.map(() => 0);
  let latencies: number[] = [];
  let answers = new Map<number, number>();
  let bytes = 0;
  return {
    hear(event, outcome) {
      if (event.type !== 'answer' || outcome === null) return;
      const place = OUTCOMES.indexOf(outcome);
      outcomes[place] = (outcomes[place] ?? 0) + 1;
      if (event.status === null) return;
      answers.set(event.instance, (answers.get(event.instance) ?? 0) + 1);
      bytes += event.bytes ?? 0;
      // What is asked now and then takes longer by its nature, and is what the others wait for.
      if (event.what === 'read') latencies.push(event.atMs - event.plannedMs);
    },
    take() {
      const sorted = ascending(latencies);
      const at = (share: number) =>
        sorted.length > 0 ? Math.max(0, quantile(sorted, share)) : null;
      const taken = { outcomes, answers, bytes, p50Ms: at(0.5), p99Ms: at(0.99) };
      outcomes = OUTCOMES.map(() => 0);
      latencies = [];
      answers = new Map();
      bytes = 0;
      return taken;
    },
  };
}
