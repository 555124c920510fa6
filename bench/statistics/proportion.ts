const Z_95 = 1.959964;

/**
 * 95 % interval of a share seen in so many trials. Sound for few trials and for shares near 0 and 1.
 *
 * @throws RangeError unless there are trials, and at most as many successes
 * Source: Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
 * American Statistical Association 22 (1927).
 */
export function wilsonInterval(successes: number, trials: number): [number, number] {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError('a share is of one trial or more');
  }
  const share = successes / trials;
  const square = Z_95 ** 2 / trials;
  const middle = (share + square / 2) / (1 + square);
  const half =
    (Z_95 * Math.sqrt((share * (1 - share)) / trials + square / (4 * trials))) / (1 + square);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
