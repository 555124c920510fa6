/**
 * Does throughput change while we look? The mean of each third of the window, side by side.
 *
 * A straight line through the slices would miss what happens most: a cold start that climbs steeply
 * and then stays, and a disturbance in the middle. Thirds are long enough to average the noise of
 * single slices out.
 */
export interface Steadiness {
  /** Mean throughput of the first, the middle and the last third. */
  thirds: [number, number, number];
  /** Largest third minus smallest, as a share of the mean. */
  spread: number;
}

/**
 * @param pace of the machine in each of equal parts of the slices, 1 on average: it is taken out, third
 *   by third, since the quotient of two short and noisy windows says little
 * @returns null below 3 slices, or when nothing was measured
 */
export function steadinessOf(
  slices: readonly number[],
  pace: readonly number[] | null = null,
): Steadiness | null {
  const third = slices.length / 3;
  if (third < 1) return null;
  const whole = mean(slices);
  if (whole === 0) return null;
  const paces = slices.map((_, index) =>
    pace === null ? 1 : (pace[Math.floor((index * pace.length) / slices.length)] ?? 1),
  );
  const cuts = [0, Math.round(third), Math.round(2 * third), slices.length];
  const thirdMean = (index: number) => {
    const [from, to] = cuts.slice(index, index + 2);
    return mean(slices.slice(from, to)) / (mean(paces.slice(from, to)) || 1);
  };
  const thirds: Steadiness['thirds'] = [thirdMean(0), thirdMean(1), thirdMean(2)];
  return { thirds, spread: (Math.max(...thirds) - Math.min(...thirds)) / whole };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
