let waiting: (() => void)[] = [];

/**
 * Resolves when this turn of the event loop has read all the sockets that were ready. Whatever must be
 * handed to others (a thread, another process) can so be handed over for all requests of the turn at
 * once. With one request at a time it costs a few microseconds.
 */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) {
      // setImmediate runs right after the sockets were polled (libuv's check phase).
      setImmediate(release);
    }
  });
}

function release(): void {
  const released = waiting;
  waiting = [];
  for (const resolve of released) {
    resolve();
  }
}
