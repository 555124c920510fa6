/**
 * Everything an instance needs before it can serve: both stores, migrated and seeded, and the secrets
 * that all instances share. Opened for one piece of work and closed however that ends.
 */

import { randomBytes } from 'node:crypto';
import type { DatabaseName } from '../model/databases.js';
import { tierOf } from '../model/tiers.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { type Stores, withStores } from '../stores/open.js';
import type { PostgresShape } from '../stores/postgres/shape.js';
import type { RedisShape } from '../stores/redis/shape.js';
import { databaseFor } from '../stores/registry.js';
import { countOf } from '../text/count-of.js';
import { migrateDatabase, type SeededData, seedDatabase } from './service-commands.js';

export interface SeededStores {
  stores: Stores;
  guardian: Guardian;
  seeded: SeededData;
  /** For every instance: addresses of the stores and secrets. */
  serviceEnvironment: Record<string, string>;
}

export interface SeedOptions {
  users: number;
  posts: number;
  database?: DatabaseName | undefined;
  /** How many servers Redis is; one when left out. */
  redis?: RedisShape | undefined;
  /** How many servers PostgreSQL is; one when left out. */
  postgres?: PostgresShape | undefined;
  signal: AbortSignal;
  say: (message: string) => void;
}

/** Credentials must outlive a run; the service's own defaults are for production. */
const CREDENTIAL_LIFE_SECONDS = 24 * 3600;

/**
 * @throws LabError of whatever could not start; the signal's reason when it was aborted
 */
export async function withSeededStores<Outcome>(
  { users, posts, database, redis, postgres, signal, say }: SeedOptions,
  use: (ready: SeededStores) => Promise<Outcome>,
): Promise<Outcome> {
  const name = databaseFor(database, process.env);
  say(`Looking for ${tierOf(name).label} and Redis`);
  return withStores(
    { signal, onMessage: say, database: name, redis, postgres },
    async (stores, guardian) => {
      say('Migrating the database');
      await migrateDatabase(stores.databaseUrl, guardian);
      signal.throwIfAborted();
      say(`Seeding ${countOf(users, 'user')} and ${countOf(posts, 'post')}`);
      const seeded = await seedDatabase(stores.databaseUrl, { users, posts }, guardian);
      signal.throwIfAborted();
      return use({
        stores,
        guardian,
        seeded,
        serviceEnvironment: {
          DATABASE_URL: stores.databaseUrl,
          REDIS_URL: stores.redisUrl,
          ...stores.sessionStore.settings,
          TOKEN_SECRET: randomBytes(32).toString('base64url'),
          // Given to every instance, also of strategies that ask no authority: it does no harm there.
          AUTHORITY_SECRET: randomBytes(32).toString('base64url'),
          ACCESS_TOKEN_TTL_SECONDS: String(CREDENTIAL_LIFE_SECONDS),
          SESSION_IDLE_SECONDS: String(CREDENTIAL_LIFE_SECONDS),
          SESSION_ABSOLUTE_SECONDS: String(CREDENTIAL_LIFE_SECONDS),
          // Logging costs CPU time that is no part of authentication.
          LOG_LEVEL: 'silent',
        },
      });
    },
  );
}
