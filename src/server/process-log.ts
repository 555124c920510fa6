import { type Logger, pino } from 'pino';

/** The log of a process that serves. A rejection that nobody handles ends it: its state is unknown. */
export function createProcessLog(level: string): Logger {
  const log = pino({ level, base: { pid: process.pid } });
  process.on('unhandledRejection', (reason) => {
    log.fatal({ err: reason }, 'unhandled rejection');
    process.exit(1);
  });
  return log;
}
