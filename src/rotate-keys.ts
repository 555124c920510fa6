import { pino } from 'pino';
import { rotateKeys } from './auth/token/keys/rotate.js';
import { readRotationSettings } from './config.js';
import { openDatabase } from './data/database.js';
import { printLine, runEntry } from './entry.js';

const TIMEOUT_MS = 10_000;

await runEntry(async () => {
  const settings = readRotationSettings();
  const database = await openDatabase({
    url: settings.databaseUrl,
    poolSize: 1,
    timeoutMs: TIMEOUT_MS,
    log: pino({ level: 'silent' }),
  });
  try {
    const rotated = await database.run((manager) => rotateKeys(manager, settings, Date.now));
    printLine({ rotated });
  } finally {
    await database.close();
  }
});
