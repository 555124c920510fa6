import { migrateDatabase } from '../../bench/fleet/service-commands.js';
import { type Guardian, startGuardian } from '../../bench/processes/guardian/guardian.js';
import { openStores } from '../../bench/stores/open.js';
import { parsePostgresShape } from '../../bench/stores/postgres/shape.js';
import type { StoreReplication } from '../../bench/stores/store.js';
import { createTestRedis } from './stores.js';

/** A primary of the test's own with one replica, migrated, and a Redis. */
export interface ReplicatedPostgres {
  readonly guardian: Guardian;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly replication: StoreReplication;
  close(): Promise<void>;
}

export async function openReplicatedPostgres(): Promise<ReplicatedPostgres> {
  const guardian = await startGuardian();
  const redis = await createTestRedis();
  const stores = await openStores({
    environment: { ...process.env, DATABASE_URL: '', REDIS_URL: redis.url },
    guardian,
    postgres: parsePostgresShape('primary:1+1'),
  });
  const { replication } = stores.database;
  if (replication === undefined) throw new Error('there is no replica');
  await migrateDatabase(stores.databaseUrl, guardian);
  return {
    ...{ guardian, replication, databaseUrl: stores.databaseUrl, redisUrl: redis.url },
    close: async () => {
      await stores.stop();
      redis.close();
      await guardian.stop();
    },
  };
}
