import type { Context } from 'mocha';
import { LabError } from '../../bench/model/errors.js';
import { openStores, type Stores } from '../../bench/stores/open.js';
import { bundleService } from './bundled-service.js';
import { endLeftovers } from './cleanup.js';
import { runEntry } from './service.js';
import { TEST_DATABASE } from './sql-servers/sql-server.js';
import { adminQuery, databaseUrlFor, TEMPLATE_DATABASE } from './stores.js';
import { publishStores, WORKERS } from './worker-stores.js';

let running: Stores[] = [];

/** Codes of servers that this machine cannot have; one that is there and fails is a failure. */
const NOT_TO_BE_HAD = new Set(['MARIADB_NOT_FOUND', 'MARIADB_NOT_UNPACKED']);
const SKIPPED = 'LAB_TEST_SKIPPED';

/**
 * One database server and one Redis for each worker of mocha; each suite has a database of its own in
 * them. Workers share none: tests count what a server was asked.
 */
export async function mochaGlobalSetup(): Promise<void> {
  // Tests create, freeze and drop: never in servers that somebody pointed the shell at.
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  delete environment.REDIS_URL;
  await bundleService();
  const started = await Promise.allSettled(
    Array.from({ length: WORKERS }, () => openStores({ environment, database: TEST_DATABASE })),
  );
  running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  for (const one of started) {
    if (one.status === 'rejected') {
      const { reason } = one;
      if (!(reason instanceof LabError && NOT_TO_BE_HAD.has(reason.code))) throw reason;
      process.env[SKIPPED] = reason.message;
      return;
    }
  }
  publishStores(running.map(({ databaseUrl, redisUrl }) => ({ databaseUrl, redisUrl })));
  await Promise.all(running.map((_, worker) => createTemplate(worker)));
}

/** A database that this machine cannot have makes every test a pending one that says why. */
export const mochaHooks = {
  beforeAll(this: Context): void {
    const reason = process.env[SKIPPED];
    if (reason === undefined) return;
    for (const suite of this.test?.parent?.suites ?? []) {
      suite.title += ` (skipped: ${reason})`;
    }
    this.skip();
  },
  afterAll: endLeftovers,
};

export async function mochaGlobalTeardown(): Promise<void> {
  await Promise.all(
    running.map(async (stores, worker) => {
      if (stores.database.given) {
        await adminQuery(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE}`, worker);
      }
      await stores.stop();
    }),
  );
}

async function createTemplate(worker: number): Promise<void> {
  // In a server that was given, a run that was killed may have left it behind.
  await adminQuery(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE}`, worker);
  await adminQuery(`CREATE DATABASE ${TEMPLATE_DATABASE}`, worker);
  const url = databaseUrlFor(TEMPLATE_DATABASE, worker);
  const migrated = await runEntry('migrate', { DATABASE_URL: url });
  if (migrated.code !== 0) {
    throw new Error(`The migrations did not run: ${migrated.stderr}`);
  }
}
