import { type Stores, startStores } from '../../bench/services/stores.js';
import { runEntry } from './service.js';
import { adminQuery, databaseUrlFor, TEMPLATE_DATABASE } from './stores.js';

let stores: Stores | undefined;

/** One PostgreSQL and one Redis for the whole run; each suite has a database of its own in them. */
export async function mochaGlobalSetup(): Promise<void> {
  // Tests create, freeze and drop: never in servers that somebody pointed the shell at.
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  delete environment.REDIS_URL;
  stores = await startStores({ environment });
  process.env.LAB_TEST_DATABASE_URL = stores.databaseUrl;
  process.env.LAB_TEST_REDIS_URL = stores.redisUrl;
  process.env.LAB_TEST_REDIS_PID = String(stores.redis.pid);

  await adminQuery(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  const migrated = await runEntry('migrate', { DATABASE_URL: databaseUrlFor(TEMPLATE_DATABASE) });
  if (migrated.code !== 0) {
    throw new Error(`The migrations did not run: ${migrated.stderr}`);
  }
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stores?.stop();
}
