/** Figures as sentences show them: as many digits as their interval supports, and no more. */
import type { Claim } from '../../analyse/answers/claim.js';
import { countOf } from '../../text/count-of.js';

/** Two digits say all where the ends are so far apart. */
const WIDE_FACTOR = 1.2;

/** "1.65", or "1.6" where the interval is wide. */
export function times({ ratio, interval95 }: Pick<Claim, 'ratio' | 'interval95'>): string {
  return ratio.toPrecision(isWide(interval95) || ratio >= 10 ? 2 : 3);
}

/** Of a ratio below 1: "39 %". */
export function sizeOfChange({ ratio }: Pick<Claim, 'ratio'>): string {
  return `${Math.round((1 - ratio) * 100)} %`;
}

function isWide(interval: readonly [number, number] | null): boolean {
  return interval === null || interval[1] > WIDE_FACTOR * interval[0];
}

export function microseconds(value: number): string {
  return value >= 10_000
    ? `${Number((value / 1000).toPrecision(2)).toLocaleString('en')} ms`
    : `${value < 10 ? value.toPrecision(2) : Math.round(value).toLocaleString('en')} µs`;
}

/** "0.1 of a core" */
export function cores(amount: number, language: 'en' | 'ko' = 'en'): string {
  if (language === 'ko') return `${amount} 코어`;
  return amount < 1 ? `${amount} of a core` : countOf(amount, 'core');
}

/** "2.9 s", "5 minutes" */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? countOf(minutes, 'minute') : countOf(Math.round(minutes / 60), 'hour');
}

export function durationKo(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)}초`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes}분` : `${Math.round(minutes / 60)}시간`;
}
