/** Calls at planned moments, whatever became of the calls before: an open loop without an end of its own. */
export interface PacedSender {
  /** Of the requests planned since it was last asked, the share that came more than LATE_MS late, or not at all. */
  takeLateShare(): number;
  stop(): void;
}

const TICK_MS = 4;
const LATE_MS = 100;
/** After a pause of the whole process, what it missed is left out beyond this: nobody would have waited. */
const MOST_BEHIND_MS = 2000;

/**
 * @param nowMs a clock that never goes back
 * @param send called with its planned moment, and must not throw; false: it could not be sent
 */
export function startPacedSender(
  perSecond: number,
  nowMs: () => number,
  send: (plannedMs: number) => boolean,
): PacedSender {
  const intervalMs = 1000 / perSecond;
  let nextMs = nowMs() + intervalMs;
  let planned = 0;
  let late = 0;
  const timer = setInterval(() => {
    const untilMs = nowMs();
    for (; nextMs <= untilMs; nextMs += intervalMs) {
      planned += 1;
      const behindMs = untilMs - nextMs;
      const isSent = behindMs <= MOST_BEHIND_MS && send(nextMs);
      if (!isSent || behindMs > LATE_MS) late += 1;
    }
  }, TICK_MS);
  return {
    takeLateShare() {
      const share = planned === 0 ? 0 : late / planned;
      planned = 0;
      late = 0;
      return share;
    },
    stop: () => clearInterval(timer),
  };
}
