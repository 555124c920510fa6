import type { Server } from 'node:http';
import type { Logger } from 'pino';

/** Whether the process is on its way out; requests read it. */
export interface Drain {
  leaving: boolean;
}

/** Longest time from SIGTERM to the end of the process. */
const LEAVE_WITHIN_MS = 5000;

/**
 * SIGTERM and SIGINT: take no more connections, finish what is in flight, leave. A second signal
 * means now.
 */
export function leaveOnSignal(
  server: Server,
  drain: Drain,
  log: Logger,
  closeResources: () => Promise<void>,
): void {
  const leave = (signal: NodeJS.Signals) => {
    if (drain.leaving) {
      process.exit(1);
    }
    drain.leaving = true;
    log.info({ signal }, 'leaving');
    setTimeout(() => {
      log.warn('requests still in flight are cut off');
      process.exit(0);
    }, LEAVE_WITHIN_MS - 200).unref();

    // close() ends idle connections once; a connection that becomes idle later is ended here.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(sweep);
      closeResources().finally(() => process.exit(0));
    });
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}
