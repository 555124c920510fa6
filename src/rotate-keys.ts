import { rotateKeys } from './auth/token/keys/rotate.js';
import { readRotationSettings } from './config/settings.js';
import { withDatabase } from './data/with-database.js';
import { printLine, runEntry } from './server/entry.js';

const TIMEOUT_MS = 10_000;

await runEntry(async () => {
  const settings = readRotationSettings();
  await withDatabase({ url: settings.databaseUrl, timeoutMs: TIMEOUT_MS }, async (database) => {
    const rotated = await database.run((manager) => rotateKeys(manager, settings, Date.now));
    printLine({ rotated });
  });
});
