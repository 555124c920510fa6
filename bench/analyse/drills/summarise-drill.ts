/** All repetitions of a drill, together. Pure. */
import {
  type DrillReadings,
  type DrillRecord,
  type DrillVerdict,
  type OutcomeCounts,
  REQUEST_KINDS,
} from '../../model/drill-schema.js';
import { OUTCOMES } from '../../model/outcomes.js';
import { ascending, median } from '../../statistics/quantile.js';

/** Of the repetitions that say something. */
export interface Spread {
  median: number;
  least: number;
  most: number;
  /** How many had one. */
  count: number;
}

export interface VariantSummary {
  variant: string;
  verdict: DrillVerdict;
  /** Repetitions with that verdict, of so many. */
  agreeing: number;
  repetitions: number;
  /** What was said most often: what deviated, or why nothing can be said. */
  why: string | null;
  /** Of all conclusive repetitions together. */
  outcomes: OutcomeCounts;
  byKind: DrillReadings['byKind'];
  firstWrongSeconds: Spread | null;
  lastWrongSeconds: Spread | null;
  /** Whether answers were still wrong when nobody looked any more, in most of the repetitions. */
  isWrongAtTheEnd: boolean;
  /** Repetitions in which it held, and in which it did not. */
  votes: { held: number; deviated: number };
  detectSeconds: Spread | null;
  recoverSeconds: Spread | null;
  p99Ms: Spread | null;
  lostLogins: Spread | null;
  lostWrites: number;
  /** By where the door is, over all repetitions, also those of which nothing else can be said. */
  doors: { whereItEnded: Doors; elsewhere: Doors };
  /** Over all repetitions as well; null: none was presented. */
  refreshTokens: RefreshTokensSummary | null;
}

export type RefreshTokensSummary = Record<keyof RefreshTokenCounts, Spread> & {
  /** Posts that were acknowledged and are gone: those are lost in the same way. */
  lostWrites: Spread;
};
type RefreshTokenCounts = NonNullable<DrillReadings['refreshTokens']>;

/** For how long instances let somebody in whose login had been ended. */
export interface Doors {
  openSeconds: Spread | null;
  /** Of so many doors. */
  stillOpen: number;
}

export function summariseDrill({
  repetitions,
}: Pick<DrillRecord, 'repetitions'>): VariantSummary[] {
  const variants = Object.keys(repetitions[0]?.variants ?? {});
  return variants.map((variant) =>
    summarise(
      variant,
      repetitions.flatMap((each) => {
        const read = each.variants[variant];
        return read ? [{ ...read, lookedSeconds: (each.endMs - each.faultMs) / 1000 }] : [];
      }),
    ),
  );
}

/** Answers that are still on their way when nobody looks any more are not seen. */
const AT_THE_END_SECONDS = 0.4;

function summarise(variant: string, all: readonly SeenReadings[]): VariantSummary {
  const conclusive = all.filter(({ verdict }) => verdict !== 'inconclusive');
  const verdict = verdictOf(conclusive);
  const agreeing = all.filter((each) => each.verdict === verdict);
  const spread = (read: (each: DrillReadings) => number | null) =>
    spreadOf(conclusive.flatMap((each) => read(each) ?? []));
  return {
    variant,
    verdict,
    agreeing: agreeing.length,
    repetitions: all.length,
    why: mostOften((agreeing.length > 0 ? agreeing : all).flatMap(({ why }) => why ?? [])),
    outcomes: sumOf(conclusive.map(({ outcomes }) => outcomes)),
    byKind: sumOfKinds(conclusive.map(({ byKind }) => byKind)),
    firstWrongSeconds: spread((each) => each.firstWrongSeconds),
    lastWrongSeconds: spread((each) => each.lastWrongSeconds),
    isWrongAtTheEnd:
      conclusive.length > 0 && conclusive.filter(isWrongAtTheEnd).length > conclusive.length / 2,
    votes: {
      held: all.filter((each) => each.verdict === 'held').length,
      deviated: all.filter((each) => each.verdict === 'deviated').length,
    },
    detectSeconds: spread((each) => each.detectSeconds),
    recoverSeconds: spread((each) => each.recoverSeconds),
    p99Ms: spread((each) => each.p99Ms),
    lostLogins: spread((each) => each.lostLogins),
    lostWrites: conclusive.reduce((sum, { lostWrites }) => sum + lostWrites, 0),
    doors: { whereItEnded: doorsOf(all, true), elsewhere: doorsOf(all, false) },
    refreshTokens: refreshTokensOf(all),
  };
}

function refreshTokensOf(all: readonly DrillReadings[]): RefreshTokensSummary | null {
  const some = all.filter(({ refreshTokens }) => refreshTokens !== undefined);
  if (some.length === 0) return null;
  const spread = (figure: keyof RefreshTokenCounts) =>
    spreadOf(some.map(({ refreshTokens }) => refreshTokens?.[figure] ?? 0)) as Spread;
  return {
    presented: spread('presented'),
    lost: spread('lost'),
    acceptedAgain: spread('acceptedAgain'),
    openedAgain: spread('openedAgain'),
    unanswered: spread('unanswered'),
    lostWrites: spreadOf(some.map(({ lostWrites }) => lostWrites)) as Spread,
  };
}

function doorsOf(all: readonly DrillReadings[], whereItEnded: boolean): Doors {
  const doors = all
    .flatMap((each) => each.doors ?? [])
    .filter(({ isWhereItEnded }) => isWhereItEnded === whereItEnded);
  return {
    openSeconds: spreadOf(doors.map(({ openSeconds }) => openSeconds)),
    stillOpen: doors.filter(({ isOpenAtTheEnd }) => isOpenAtTheEnd).length,
  };
}

type SeenReadings = DrillReadings & { lookedSeconds: number };

function isWrongAtTheEnd({ lastWrongSeconds, lookedSeconds }: SeenReadings): boolean {
  return lastWrongSeconds !== null && lookedSeconds - lastWrongSeconds < AT_THE_END_SECONDS;
}

/** Held where it always did; deviated where it did more often than not. Anything else is no answer. */
function verdictOf(conclusive: readonly DrillReadings[]): DrillVerdict {
  const deviated = conclusive.filter(({ verdict }) => verdict === 'deviated').length;
  if (conclusive.length === 0) return 'inconclusive';
  if (deviated === 0) return 'held';
  return deviated > conclusive.length / 2 ? 'deviated' : 'inconclusive';
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = ascending(values);
  return {
    median: median(sorted),
    least: sorted[0] as number,
    most: sorted.at(-1) as number,
    count: sorted.length,
  };
}

function sumOf(all: readonly Partial<OutcomeCounts>[]): OutcomeCounts {
  return Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, all.reduce((sum, each) => sum + (each[outcome] ?? 0), 0)]),
  ) as OutcomeCounts;
}

function sumOfKinds(all: readonly DrillReadings['byKind'][]): DrillReadings['byKind'] {
  return Object.fromEntries(
    REQUEST_KINDS.map((kind) => {
      const sum = (figure: 'answers' | 'missing') =>
        all.reduce((total, each) => total + each[kind][figure], 0);
      return [kind, { answers: sum('answers'), missing: sum('missing') }];
    }),
  ) as DrillReadings['byKind'];
}

/** Numbers in it differ from one repetition to the next; what it is about does not. */
function mostOften(texts: readonly string[]): string | null {
  const counts = new Map<string, { text: string; times: number }>();
  for (const text of texts) {
    const about = text.replaceAll(/[\d.]+/g, '#');
    const known = counts.get(about) ?? { text, times: 0 };
    counts.set(about, { text: known.text, times: known.times + 1 });
  }
  const [first] = [...counts.values()].sort((one, other) => other.times - one.times);
  return first?.text ?? null;
}
