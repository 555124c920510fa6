import { startStores } from '../../bench/services/stores.js';
import { runEntry } from './service.js';
import { adminQuery, databaseUrlFor, TEMPLATE_DATABASE } from './stores.js';
import { publishStores, WORKERS } from './worker-stores.js';

let stops: (() => Promise<void>)[] = [];

/**
 * One PostgreSQL and one Redis for each worker of mocha; each suite has a database of its own in them.
 * Workers share none: tests count what a server was asked.
 */
export async function mochaGlobalSetup(): Promise<void> {
  // Tests create, freeze and drop: never in servers that somebody pointed the shell at.
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  delete environment.REDIS_URL;
  const started = await Promise.allSettled(
    Array.from({ length: WORKERS }, () => startStores({ environment })),
  );
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  stops = running.map((stores) => () => stores.stop());
  for (const one of started) {
    if (one.status === 'rejected') throw one.reason;
  }
  publishStores(running.map(({ databaseUrl, redisUrl }) => ({ databaseUrl, redisUrl })));
  await Promise.all(running.map((_, worker) => createTemplate(worker)));
}

export async function mochaGlobalTeardown(): Promise<void> {
  await Promise.all(stops.map((stop) => stop()));
}

async function createTemplate(worker: number): Promise<void> {
  await adminQuery(`CREATE DATABASE ${TEMPLATE_DATABASE}`, worker);
  const url = databaseUrlFor(TEMPLATE_DATABASE, worker);
  const migrated = await runEntry('migrate', { DATABASE_URL: url });
  if (migrated.code !== 0) {
    throw new Error(`The migrations did not run: ${migrated.stderr}`);
  }
}
