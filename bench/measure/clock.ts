/**
 * A clock in milliseconds that all processes of one machine share (the system's monotonic clock),
 * so that they can agree on the edges of a window without talking in the middle of it.
 *
 * `performance.now()` is cheaper to read than `process.hrtime`, but counts from the start of its
 * process; the difference of the two is constant.
 */
export function monotonicClock(): () => number {
  const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return () => performance.now() + offsetMs;
}
