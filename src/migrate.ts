import { readDatabaseUrl } from './config/settings.js';
import { withDatabase } from './data/with-database.js';
import { printLine, runEntry } from './server/entry.js';

/** A migration may take long; only a server that does not answer at all should end it. */
const TIMEOUT_MS = 60_000;

await runEntry(async () => {
  await withDatabase({ url: readDatabaseUrl(), timeoutMs: TIMEOUT_MS }, async ({ dataSource }) => {
    const applied = await dataSource.runMigrations({ transaction: 'all' });
    printLine({ migrated: { applied: applied.map(({ name }) => name) } });
  });
});
