let waiting: (() => void)[] = [];

/**
 * Calls back when this turn of the event loop has read all that was ready: sockets, and answers of
 * threads. Work that is gathered so costs less than the same work piece by piece
 * (docs/performance.md). What comes alone waits a few microseconds.
 */
export function atEndOfTurn(callback: () => void): void {
  if (waiting.push(callback) === 1) {
    // setImmediate runs right after the sockets were polled (libuv's check phase).
    setImmediate(release);
  }
}

export function endOfTurn(): Promise<void> {
  return new Promise(atEndOfTurn);
}

function release(): void {
  const released = waiting;
  waiting = [];
  for (const callback of released) {
    callback();
  }
}
