/**
 * How each metric is spoken of, as a table: what a strategy does, what it has more or less of, and
 * the word for each verdict. A metric without an entry gets the words of FALLBACK.
 */
import type { Metric } from '../analyse/metrics.js';
import { METRICS } from '../analyse/metrics.js';
import type { Comparison, RunConfig, Verdict } from '../model/result-schema.js';
import {
  formatPercentPoints,
  inTwoDigits,
  isTelling,
  CANNOT_TELL as RUN_CANNOT_TELL,
} from '../text/format.js';

/** The word for a verdict that is none. */
const CANNOT_TELL = 'cannot tell';

export interface Wording {
  /** Column heading, short. */
  heading: string;
  /** "No verdict on …" */
  question: string;
  /** "jwt answered 12 % more requests per second than session": verb, up, noun. */
  verb: string;
  up: string;
  down: string;
  /** "2.3 times as many requests per second as" */
  asMuch: string;
  noun: string;
  /** After the names: "at the 99th percentile of latency". */
  suffix: string;
  verdicts: Record<Verdict, string>;
}

const COST: Pick<Wording, 'verb' | 'up' | 'down' | 'asMuch' | 'suffix' | 'verdicts'> = {
  verb: 'needed',
  up: 'more',
  down: 'less',
  asMuch: 'as much',
  suffix: '',
  verdicts: { faster: 'costs less', slower: 'costs more', equal: 'equal', unsure: CANNOT_TELL },
};

const WORDINGS: Record<string, Wording> = {
  throughput: {
    heading: 'Requests per second',
    question: 'requests per second',
    verb: 'answered',
    up: 'more',
    down: 'fewer',
    asMuch: 'as many',
    noun: 'requests per second',
    suffix: '',
    verdicts: { faster: 'faster', slower: 'slower', equal: 'equal', unsure: CANNOT_TELL },
  },
  'cpu.application': {
    ...COST,
    heading: 'CPU per request, application',
    question: 'CPU time per request in the application',
    noun: 'CPU time per request in the application',
  },
  'cpu.total': {
    ...COST,
    heading: 'CPU per request, all servers',
    question: 'CPU time per request in all servers together',
    noun: 'CPU time per request in all servers together',
  },
  'latency.p99': {
    heading: 'Latency, p99',
    question: 'latency at the 99th percentile',
    verb: 'took',
    up: 'more',
    down: 'less',
    asMuch: 'as much',
    noun: 'time',
    suffix: ' at the 99th percentile of latency',
    verdicts: { faster: 'shorter', slower: 'longer', equal: 'equal', unsure: CANNOT_TELL },
  },
};

/** How a web tier spreads the requests. */
export const BALANCE_WORDS: Record<NonNullable<RunConfig['web']>['balance'], string> = {
  'round-robin': 'round robin',
  'least-connections': 'least connections',
  sticky: 'sticky by cookie',
};

export function wordingOf(metricName: string): Wording {
  const metric = METRICS.find(({ name }) => name === metricName);
  return WORDINGS[metricName] ?? fallback(metricName, metric);
}

function fallback(name: string, metric: Metric | undefined): Wording {
  return {
    ...COST,
    heading: metric?.label ?? name,
    question: metric?.label ?? name,
    verb: 'had',
    noun: metric?.label ?? name,
    verdicts: { faster: 'better', slower: 'worse', equal: 'equal', unsure: CANNOT_TELL },
  };
}

/** The word for a comparison in tables: one round has no interval, so no verdict either. */
export function verdictWord(comparison: Comparison): string {
  const { metric, ratio, rounds, verdict } = comparison;
  if (ratio === null || rounds === 0) return 'no data';
  if (rounds === 1) return 'one round';
  return isProbable(comparison) ? 'not proven' : wordingOf(metric).verdicts[verdict];
}

/** The interval of this comparison excludes no difference; the one that has to hold for all does not. */
export function isProbable({ verdict, interval95 }: Comparison): boolean {
  return verdict === 'unsure' && interval95 !== null && (interval95[0] > 1 || interval95[1] < 1);
}

export function unitOf(metricName: string): string {
  return METRICS.find(({ name }) => name === metricName)?.unit ?? '';
}

/** Above a factor of two, "times" is easier to read than a percentage. */
const TIMES_FROM = 2;

/** "jwt answered 12 % more requests per second than session" */
export function sentenceOf(
  metricName: string,
  ratio: number,
  baseline: string,
  candidate: string,
): string {
  const words = wordingOf(metricName);
  const { verb, asMuch, noun, suffix } = words;
  if (ratio >= TIMES_FROM) {
    return `${candidate} ${verb} ${times(ratio)} times ${asMuch} ${noun} as ${baseline}${suffix}`;
  }
  if (percentOf(ratio) === '0') {
    return `${candidate} ${verb} ${asMuch} ${noun} as ${baseline}${suffix}`;
  }
  return `${candidate} ${verb} ${percentOf(ratio)} % ${directionOf(words, ratio)} ${noun} than ${baseline}${suffix}`;
}

/** "8 to 16 % more"; across no difference: "3 % fewer to 11 % more". */
export function intervalOf(metricName: string, [low, high]: readonly [number, number]): string {
  const words = wordingOf(metricName);
  if (!isTelling([low, high])) return `so wide that ${RUN_CANNOT_TELL}`;
  if (high >= TIMES_FROM) return `${times(low)} to ${times(high)} times ${words.asMuch}`;
  const direction = directionOf(words, low);
  if (low < 1 !== high < 1 && percentOf(low) !== '0') {
    return `${percentOf(low)} % ${direction} to ${percentOf(high)} % ${directionOf(words, high)}`;
  }
  const ends = [low, high].sort((a, b) => Math.abs(a - 1) - Math.abs(b - 1)).map(percentOf);
  return `${ends.join(' to ')} % ${directionOf(words, low < 1 && high <= 1 ? low : high)}`;
}

/** "9 to 14 % more", or "9 % more" where both ends read the same. */
export function rangeOf(metricName: string, ratios: readonly number[]): string {
  const range = intervalOf(metricName, [Math.min(...ratios), Math.max(...ratios)]);
  const [from, to] = range.split(' to ');
  return from && to?.startsWith(`${from} `) ? to : range;
}

/** For cells of tables: "+12 % (+8 to +16)", "×2.3 (×1.9 to ×2.8)". */
export function signedChange(ratio: number, interval: readonly [number, number] | null): string {
  if (interval && !isTelling(interval)) {
    const mean = ratio >= TIMES_FROM ? `×${times(ratio)}` : `${signed(ratio)} %`;
    return `${mean} (${RUN_CANNOT_TELL})`;
  }
  if (Math.max(ratio, interval?.[1] ?? 0) >= TIMES_FROM) {
    const range = interval ? ` (×${times(interval[0])} to ×${times(interval[1])})` : '';
    return `×${times(ratio)}${range}`;
  }
  const range = interval ? ` (${signed(interval[0])} to ${signed(interval[1])})` : '';
  return `${signed(ratio)} %${range}`;
}

function directionOf(words: Wording, ratio: number): string {
  return ratio < 1 ? words.down : words.up;
}

function percentOf(ratio: number): string {
  return formatPercentPoints((ratio - 1) * 100);
}

function signed(ratio: number): string {
  const size = percentOf(ratio);
  if (size === '0') return '0';
  return `${ratio < 1 ? '−' : '+'}${size}`;
}

function times(ratio: number): string {
  return inTwoDigits(ratio);
}
