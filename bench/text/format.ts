/**
 * Numbers for people: three significant digits where a fourth would be noise, thousands separated,
 * and one sign for "not measured" that no reader takes for zero.
 */
import type { Estimate } from '../statistics/statistics.js';

export const NOT_MEASURED = '–';

/** 12345.6 -> "12,346"; 123.4 -> "123"; 12.34 -> "12.3"; 2 -> "2.00"; 0.01234 -> "0.0123". */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_MEASURED;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    size >= 99.95
      ? value.toLocaleString('en', { maximumFractionDigits: 0 })
      : value.toLocaleString('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
  return text.replace('-', '−');
}

/** As formatNumber, but no finer than a hundredth: 0.0943 -> "0.09"; 0.009 -> "under 0.01". */
export function formatMicroseconds(value: number | null | undefined): string {
  const size = Math.abs(value ?? 0);
  if (typeof value !== 'number' || size === 0 || size >= 1) return formatNumber(value);
  return size < 0.01 ? 'under 0.01' : value.toFixed(2).replace('-', '−');
}

/** Mean alone, without its interval. */
export function formatMean(estimate: Estimate | null | undefined, format = formatNumber): string {
  return format(estimate?.mean);
}

/** Student's t with one degree of freedom is 12.7: two rounds that differ by 10 % would say "0 to 2". */
const FEWEST_VALUES_FOR_INTERVAL = 3;

/** Why a dash may stand there; for captions. */
export const NO_INTERVAL_BELOW = `A dash for the interval: fewer than ${FEWEST_VALUES_FOR_INTERVAL} valid rounds are too few to know the spread`;

/** The interval of a mean as reports show it: none from so few values that it would say nothing. */
export function shownInterval({ interval95, n }: Estimate): [number, number] | null {
  if (!interval95 || n < FEWEST_VALUES_FOR_INTERVAL) return null;
  // An amount is never negative; a t interval over a few rounds does not know that.
  return [Math.max(0, interval95[0]), interval95[1]];
}

/** "3,040 (2,910 to 3,170)"; "3,040 (–)" from too few values. */
export function formatEstimate(
  estimate: Estimate | null | undefined,
  format = formatNumber,
): string {
  if (!estimate) return NOT_MEASURED;
  const shown = shownInterval(estimate);
  if (shown && !tells(estimate.mean, shown)) return `${format(estimate.mean)} (${CANNOT_TELL})`;
  return `${format(estimate.mean)} (${shown?.map(format).join(' to ') ?? NOT_MEASURED})`;
}

/** As formatEstimate, for what was not measured in rounds: no dash where there is no interval. */
export function formatWithInterval(
  value: number,
  interval95: readonly [number, number] | null,
): string {
  if (!interval95) return formatNumber(value);
  if (!tells(value, interval95)) return `${formatNumber(value)} (${CANNOT_TELL})`;
  return `${formatNumber(value)} (${formatNumber(Math.max(0, interval95[0]))} to ${formatNumber(interval95[1])})`;
}

/** Of an amount. Its interval may begin at nothing: then its other end alone can be too far away. */
function tells(value: number, [low, high]: readonly [number, number]): boolean {
  return low > 0 ? isTelling([low, high]) : high <= value * TELLING_FACTOR;
}

/** "2,910 to 3,170" of an amount; a dash where there is none. */
export function formatInterval(interval: readonly [number, number] | null): string {
  if (!interval) return NOT_MEASURED;
  return tells(interval[1] / 2, interval) ? interval.map(formatNumber).join(' to ') : CANNOT_TELL;
}

export function formatMegabytes(bytes: number | null | undefined): string {
  return formatNumber(typeof bytes === 'number' ? bytes / 1e6 : null);
}

/** 0.0123 -> "1.2 %". */
export function formatShare(share: number | null | undefined): string {
  if (share === null || share === undefined) return NOT_MEASURED;
  return `${formatPercentPoints(share * 100)} %`;
}

/** A ratio as it stands in tables: "1.12". */
export function formatRatio(ratio: number | null): string {
  if (ratio === null) return NOT_MEASURED;
  return ratio >= 99.95 || ratio < 0.01
    ? formatNumber(ratio)
    : ratio.toFixed(ratio < 9.995 ? 2 : 1);
}

/** In the place of an interval that leaves almost any value possible. */
export const CANNOT_TELL = 'this run cannot tell';

/** Beyond it, the ends of an interval are an artefact of very few values. */
const TELLING_FACTOR = 100;

/** Whether an interval of positive values says anything: its ends are at most a factor of 100 apart. */
export function isTelling([low, high]: readonly [number, number]): boolean {
  return Number.isFinite(high) && low > 0 && high <= low * TELLING_FACTOR;
}

/** More digits than two say nothing where the ends are a factor of two apart. */
const WIDE_FACTOR = 2;

export function formatRatioInterval(interval: readonly [number, number] | null): string {
  if (!interval) return NOT_MEASURED;
  if (!isTelling(interval)) return CANNOT_TELL;
  const [low, high] = interval;
  const wide = (end: number) =>
    Math.abs(end - 1) < BESIDE_ONE ? formatRatio(end) : inTwoDigits(end);
  const format = high > low * WIDE_FACTOR ? wide : formatRatio;
  return `${format(low)} to ${format(high)}`;
}

/** An end beside 1 keeps what tells on which side of it it lies: "1.03", and not "1". */
const BESIDE_ONE = 0.05;

/** 0.1234 -> "0.12"; 1234.5 -> "1,200"; never with an exponent. */
export function inTwoDigits(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 2 });
}

/** Digits of a percentage: "8.4", "12"; a tenth of a percent is as fine as a run can tell. */
export function formatPercentPoints(percent: number): string {
  const size = Math.abs(percent);
  const rounded = size < 9.95 ? Number(size.toFixed(1)) : Math.round(size);
  return rounded.toLocaleString('en');
}

/** "a", "a and b", "a, b and c". */
export function listOf(parts: readonly string[], word = 'and'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

export function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** For the middle of a sentence: "A session" -> "a session"; "JWT" keeps its capitals. */
export function uncapitalised(sentence: string): string {
  return /^\p{Lu}{2}/u.test(sentence)
    ? sentence
    : sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** Marks a name or a command as code. The light markup of the report knows nothing else. */
export function code(text: string): string {
  return `\`${text.replaceAll('`', 'ˋ')}\``;
}

/** "2026-03-01 12:34 UTC" */
export function formatTime(iso: string | null): string {
  return iso === null ? NOT_MEASURED : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
