import { pino } from 'pino';
import { readDatabaseUrl } from './config.js';
import { openDatabase } from './data/database.js';
import { printLine, runEntry } from './entry.js';

/** A migration may take long; only a server that does not answer at all should end it. */
const TIMEOUT_MS = 60_000;

await runEntry(async () => {
  const database = await openDatabase({
    url: readDatabaseUrl(),
    poolSize: 1,
    timeoutMs: TIMEOUT_MS,
    log: pino({ level: 'silent' }),
  });
  try {
    const applied = await database.dataSource.runMigrations({ transaction: 'all' });
    printLine({ migrated: { applied: applied.map(({ name }) => name) } });
  } finally {
    await database.close();
  }
});
