/** lab stores: the database and Redis alone, for whatever wants them, until Ctrl-C. */
import { once } from 'node:events';
import { DATABASE_PRODUCTS } from '../../model/databases.js';
import { openStores } from '../../stores/open.js';
import { DATABASE_OPTION } from '../options/database-option.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const stores: Verb = {
  holds: true,
  summary: 'start the database and Redis alone and print where they are; Ctrl-C stops them',
  options: async () => DATABASE_OPTION,
  async run(words, { signal, stdout }) {
    const { options } = parseOptions(words, DATABASE_OPTION);
    const say = (line: string) => stdout.write(`${line}\n`);
    const { database, databaseUrl, redisUrl, stop } = await openStores({
      database: options.database,
      signal,
      onMessage: say,
    });
    // Servers of the lab do not keep it running by themselves (bench/processes/server-process.ts).
    const keepRunning = setInterval(() => {}, 60_000);
    try {
      say(
        `${DATABASE_PRODUCTS[database.name]} and Redis are up. Paste these two lines into other terminals:\n`,
      );
      say(`export DATABASE_URL='${databaseUrl}'`);
      say(`export REDIS_URL='${redisUrl}'`);
      say('\nPress Ctrl-C to stop what was started here. What is in it is gone then.');
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      clearInterval(keepRunning);
      await stop();
    }
  },
};
