/** A figure with what it may be at best and at worst. */
import type { Estimate } from '../statistics/statistics.js';

export interface Range {
  likely: number;
  low: number;
  /** null: no amount is enough at the unfavourable end. */
  high: number | null;
}

/** The 95 % interval; without one the mean thrice. An amount is never below nothing. */
export function rangeOf({ mean, interval95 }: Estimate): Range & { high: number } {
  const [low, high] = interval95 ?? [mean, mean];
  return { likely: mean, low: Math.max(0, low), high };
}

export function scaledRange({ likely, low, high }: Range, factor: number): Range {
  return { likely: likely * factor, low: low * factor, high: high === null ? null : high * factor };
}
