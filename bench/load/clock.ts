/** The first reading of a process is up to 1 ms off: the two calls are not yet compiled. */
const OFFSET_READINGS = 20;

/**
 * A clock in milliseconds that all processes of one machine share (the system's monotonic clock),
 * so that they can agree on the edges of a window without talking in the middle of it.
 *
 * `performance.now()` is cheaper to read than `process.hrtime`, but counts from the start of its
 * process; the difference of the two is constant.
 */
export function monotonicClock(): () => number {
  const offsetMs = Math.max(...Array.from({ length: OFFSET_READINGS }, readOffsetMs));
  return () => performance.now() + offsetMs;
}

/** Too small by the time that passes between the two readings, so the largest of many is the best. */
function readOffsetMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}
