import { pino } from 'pino';
import { type Database, openDatabase } from './database.js';

/**
 * For a program that does one piece of work and ends: one connection, no log, closed in any case.
 *
 * @throws StartupError `database_unreachable`, and what the work throws
 */
export async function withDatabase(
  { url, timeoutMs }: { readonly url: string; readonly timeoutMs: number },
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const database = await openDatabase({
    url,
    poolSize: 1,
    timeoutMs,
    log: pino({ level: 'silent' }),
  });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}
