/** What the record of one repetition says of one variant. Pure. */
import {
  type DrillReadings,
  type DrillResult,
  type OutcomeCounts,
  REQUEST_KINDS,
  type RequestKind,
} from '../../model/drill-schema.js';
import { OUTCOMES, type Outcome } from '../../model/outcomes.js';
import { openLedger, type StageAnswer, type StageEvent } from '../../stage/ledger.js';
import { ascending, quantile } from '../../statistics/quantile.js';

export const BUCKET_MS = 100;

export interface RepetitionRecord {
  /** In the order in which they were seen. */
  events: readonly StageEvent[];
  /** When an instance said for the first time, after the fault, that it is not ready. */
  notReadyMs: number | null;
  lostWrites: number;
  /** Requests that the sender got to late, as a share. */
  lateShare: number;
  /** Whether each instance was asked again and again with the login that was ended. */
  watchesDoors?: boolean;
}

export interface RepetitionMarks {
  faultMs: number;
  undoMs: number;
  endMs: number;
}

/** A sender that gets to more of its requests late has not sent the planned load. */
const MOST_LATE = 0.1;
/** One alone may be chance where a kind of request is rare. */
const LEAST_MISSING = 2;
/** The last part of a repetition, in which a lost login shows. */
const AT_THE_END_MS = 1000;

/** @param control what was read of the unbroken one; null for itself */
export function judgeRepetition(
  record: RepetitionRecord,
  marks: RepetitionMarks,
  steadyState: DrillResult['steadyState'],
  control: DrillReadings | null,
): DrillReadings {
  const answers = judged(record.events);
  const { faultMs, undoMs, endMs } = marks;
  // What was on its way at the moment of the fault may have met it.
  const before = answers.filter(({ atMs }) => atMs < faultMs);
  const after = answers.filter(({ atMs }) => atMs >= faultMs);
  const wrong = after
    .filter(({ outcome }) => outcome !== 'right')
    .map(({ plannedMs }) => Math.max(faultMs, plannedMs));
  const firstWrongMs = wrong.length > 0 ? Math.min(...wrong) : null;
  const lastWrongMs = wrong.length > 0 ? Math.max(...wrong) : null;
  const lostLogins = new Set(
    after
      .filter(
        ({ outcome, plannedMs }) =>
          outcome === 'wrongly-refused' && plannedMs > endMs - AT_THE_END_MS,
      )
      .map(({ login }) => login),
  ).size;
  const read = {
    outcomes: countOutcomes(after),
    byKind: countKinds(after),
    firstWrongSeconds: firstWrongMs === null ? null : (firstWrongMs - faultMs) / 1000,
    lastWrongSeconds: lastWrongMs === null ? null : (lastWrongMs - faultMs) / 1000,
    detectSeconds: record.notReadyMs === null ? null : (record.notReadyMs - faultMs) / 1000,
    recoverSeconds: Math.max(0, (lastWrongMs ?? 0) - undoMs) / 1000,
    p99Ms: p99Of(after),
    lostLogins,
    lostWrites: record.lostWrites,
    ...(record.watchesDoors && { doors: doorsOf(record.events) }),
    ...refreshTokensOf(after),
    series: seriesOf(answers, endMs),
  };
  const unsteady = deviationOf(before, 0, steadyState);
  const doubt =
    record.lateShare > MOST_LATE
      ? 'the load was not the planned one: the sender was late'
      : unsteady !== null
        ? `before the fault: ${unsteady}`
        : control !== null && control.verdict !== 'held'
          ? `the unbroken control: ${control.why}`
          : null;
  const deviation = deviationOf(after, record.lostWrites, steadyState);
  return {
    verdict: doubt !== null ? 'inconclusive' : deviation !== null ? 'deviated' : 'held',
    why: doubt ?? deviation,
    ...read,
  };
}

/** For how long each instance let somebody in whose login had been ended; the logout was asked for at the first. */
function doorsOf(events: readonly StageEvent[]): NonNullable<DrillReadings['doors']> {
  const ended = events.find((event) => event.type === 'ended');
  if (!ended) return [];
  const asked = events.filter(
    (event): event is StageAnswer =>
      event.type === 'answer' &&
      event.login === ended.login &&
      event.sentMs >= ended.atMs &&
      event.status !== null,
  );
  const instances = [...new Set(asked.map(({ instance }) => instance))].sort((a, b) => a - b);
  return instances.map((instance) => {
    const answers = asked.filter((each) => each.instance === instance);
    const open = answers.filter(({ status }) => status !== null && status < 400);
    const lastMs = Math.max(...open.map(({ sentMs }) => sentMs), ended.atMs);
    return {
      instance,
      isWhereItEnded: instance === instances[0],
      openSeconds: (lastMs - ended.atMs) / 1000,
      isOpenAtTheEnd: open.length > 0 && open.at(-1) === answers.at(-1),
    };
  });
}

/** Nothing where none was presented. */
function refreshTokensOf(answers: readonly JudgedAnswer[]): Pick<DrillReadings, 'refreshTokens'> {
  const counts = (what: StageAnswer['what']) =>
    countOutcomes(answers.filter((each) => each.what === what));
  const refresh = counts('refresh');
  const renewed = counts('renewed');
  const presented = OUTCOMES.reduce((sum, outcome) => sum + refresh[outcome], 0);
  if (presented === 0) return {};
  const refreshTokens = {
    presented,
    lost: refresh['wrongly-refused'],
    acceptedAgain: refresh['wrongly-accepted'] + refresh.resurrected,
    openedAgain: renewed['wrongly-accepted'] + renewed.resurrected,
    unanswered: refresh.unavailable + refresh.unexpected,
  };
  return { refreshTokens };
}

type JudgedAnswer = StageAnswer & { outcome: Outcome };

/** Every answer with what it was, in the order in which they were seen. */
export function judged(events: readonly StageEvent[]): JudgedAnswer[] {
  const ledger = openLedger();
  return events.flatMap((event) => {
    const outcome = ledger.record(event);
    return event.type === 'answer' && outcome !== null ? [{ ...event, outcome }] : [];
  });
}

export function countOutcomes(answers: readonly { outcome: Outcome }[]): OutcomeCounts {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
  for (const { outcome } of answers) counts[outcome] += 1;
  return counts;
}

/** What of the steady state does not hold, as a sentence; null: all of it holds. */
function deviationOf(
  answers: readonly JudgedAnswer[],
  lostWrites: number,
  steadyState: DrillResult['steadyState'],
): string | null {
  if (answers.length === 0) return 'nothing was asked';
  const counts = countOutcomes(answers);
  const p99Ms = p99Of(answers);
  const accepted = counts['wrongly-accepted'] + counts.resurrected;
  const failing = Object.entries(countKinds(answers)).filter(
    ([, { answers: all, missing }]) =>
      missing >= LEAST_MISSING && missing / all > steadyState.errorShare,
  );
  const parts = [
    ...(accepted > 0 ? [`${accepted} wrongly accepted`] : []),
    ...(counts['wrongly-refused'] > 0 ? [`${counts['wrongly-refused']} wrongly refused`] : []),
    ...(lostWrites > 0 ? [`${lostWrites} acknowledged writes lost`] : []),
    ...failing.map(
      ([kind, { answers: all, missing }]) =>
        `${percent(missing / all)} of ${KIND_WORDS[kind as RequestKind]} failed`,
    ),
    ...(p99Ms !== null && p99Ms > steadyState.p99Ms ? [`p99 ${Math.round(p99Ms)} ms`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : null;
}

const KIND_WORDS: Readonly<Record<RequestKind, string>> = {
  read: 'reads',
  write: 'writes',
  login: 'new logins',
};

function countKinds(answers: readonly JudgedAnswer[]): DrillReadings['byKind'] {
  return Object.fromEntries(
    REQUEST_KINDS.map((kind) => {
      const some = answers.filter(({ what }) => what === kind);
      const missing = some.filter(
        ({ outcome }) => outcome === 'unavailable' || outcome === 'unexpected',
      );
      return [kind, { answers: some.length, missing: missing.length }];
    }),
  ) as DrillReadings['byKind'];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** From the plan, of what was answered at all. */
function p99Of(answers: readonly StageAnswer[]): number | null {
  const latencies = answers
    .filter(({ status }) => status !== null)
    .map(({ plannedMs, atMs }) => atMs - plannedMs);
  return latencies.length > 0 ? Math.max(0, quantile(ascending(latencies), 0.99)) : null;
}

function seriesOf(answers: readonly JudgedAnswer[], endMs: number): number[][] {
  const steps = Math.ceil(endMs / BUCKET_MS);
  const series = Array.from({ length: steps }, () => OUTCOMES.map(() => 0));
  for (const { plannedMs, outcome } of answers) {
    const step = series[Math.floor(plannedMs / BUCKET_MS)];
    const place = OUTCOMES.indexOf(outcome);
    if (step) step[place] = (step[place] ?? 0) + 1;
  }
  return series;
}
