/** What a drill says, in words. */
import type { Spread, VariantSummary } from '../../analyse/drills/summarise-drill.js';
import type { DrillVerdict, RequestKind } from '../../model/drill-schema.js';
import type { Outcome } from '../../model/outcomes.js';
import { NOT_MEASURED } from '../../text/format.js';

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  right: 'right',
  'wrongly-accepted': 'wrongly accepted',
  resurrected: 'accepted again',
  'wrongly-refused': 'wrongly refused',
  unavailable: 'no answer, or "not now"',
  unexpected: 'another answer',
};

const SIGNS: Readonly<Record<DrillVerdict, string>> = {
  held: '✔ held',
  deviated: '✖ deviated',
  inconclusive: '? cannot tell',
};

export function verdictInWords({ verdict, why }: Pick<VariantSummary, 'verdict' | 'why'>): string {
  return why === null ? SIGNS[verdict] : `${SIGNS[verdict]}: ${why}`;
}

/** For a table that has the figures beside it. */
export function verdictWithVotes(summary: VariantSummary): string {
  const { verdict, agreeing, repetitions, votes, why } = summary;
  if (verdict === 'inconclusive') {
    const isDecided = votes.held + votes.deviated > 0;
    return `${SIGNS[verdict]}: ${isDecided ? `${votes.held} held, ${votes.deviated} not, of ${repetitions}` : why}`;
  }
  return agreeing === repetitions
    ? SIGNS[verdict]
    : `${SIGNS[verdict]} (${agreeing} of ${repetitions})`;
}

/** "1.2 s (0.9 to 1.4)" */
export function secondsOf(spread: Spread | null): string {
  if (spread === null) return NOT_MEASURED;
  const text = (seconds: number) => seconds.toFixed(seconds < 10 ? 1 : 0);
  const { least, median, most } = spread;
  return text(least) === text(most)
    ? `${text(median)} s`
    : `${text(median)} s (${text(least)} to ${text(most)})`;
}

export function millisecondsOf(spread: Spread | null): string {
  if (spread === null) return NOT_MEASURED;
  const { least, median, most } = spread;
  return `${Math.round(median)} ms (${Math.round(least)} to ${Math.round(most)})`;
}

export function countsOf(spread: Spread | null): string {
  if (spread === null) return NOT_MEASURED;
  const { least, median, most } = spread;
  return least === most ? `${median}` : `${median} (${least} to ${most})`;
}

/** Per cent of the requests of that kind; a dash for none. */
export function missingOf({ byKind }: VariantSummary, kind: RequestKind): string {
  const { answers, missing } = byKind[kind];
  return missing === 0 ? NOT_MEASURED : percentOf(missing / answers);
}

/** Per cent of all answers from the fault to the end; a dash for none. */
export function shareOf(outcomes: VariantSummary['outcomes'], ...which: Outcome[]): string {
  const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const some = which.reduce((sum, outcome) => sum + outcomes[outcome], 0);
  if (some === 0) return NOT_MEASURED;
  return percentOf(some / all);
}

function percentOf(share: number): string {
  const percent = share * 100;
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)} %`;
}
