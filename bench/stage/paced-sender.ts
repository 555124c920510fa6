/** Calls at planned moments, whatever became of the calls before: an open loop whose rate can be changed while it runs. */
export interface PacedSender {
  setRate(perSecond: number): void;
  /** How many calls came more than LATE_MS after their moment since the last time it was asked, as a share. */
  takeLateShare(): number;
  stop(): void;
}

const TICK_MS = 4;
const LATE_MS = 100;
/** After a pause of the whole process, what it missed is left out beyond this: nobody would have waited. */
const MOST_BEHIND_MS = 2000;

/**
 * @param nowMs a clock that never goes back
 * @param send called with its planned moment, and must not throw
 */
export function startPacedSender(
  perSecond: number,
  nowMs: () => number,
  send: (plannedMs: number) => void,
): PacedSender {
  let intervalMs = 1000 / perSecond;
  let nextMs = nowMs() + intervalMs;
  let sent = 0;
  let late = 0;
  const timer = setInterval(() => {
    const untilMs = nowMs();
    nextMs = Math.max(nextMs, untilMs - MOST_BEHIND_MS);
    for (; nextMs <= untilMs; nextMs += intervalMs) {
      sent += 1;
      if (untilMs - nextMs > LATE_MS) late += 1;
      send(nextMs);
    }
  }, TICK_MS);
  return {
    setRate(rate) {
      intervalMs = 1000 / rate;
      nextMs = Math.min(nextMs, nowMs() + intervalMs);
    },
    takeLateShare() {
      const share = sent === 0 ? 0 : late / sent;
      sent = 0;
      late = 0;
      return share;
    },
    stop: () => clearInterval(timer),
  };
}
