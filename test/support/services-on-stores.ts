import { ApiClient } from './api-client.js';
import { type RunningService, startService, type Variables } from './service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from './stores.js';

/** A database and a Redis of a suite's own, and the instances it starts on them. */
export interface ServicesOnStores {
  readonly database: TestDatabase;
  readonly redis: Awaited<ReturnType<typeof createTestRedis>>;
  start(variables: Variables): Promise<ApiClient>;
  /** Ends the instances; the stores stay. */
  stopAll(): Promise<void>;
  close(): Promise<void>;
}

/** @param shared what all instances are started with */
export async function openServicesOnStores(shared: Variables = {}): Promise<ServicesOnStores> {
  const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  let running: RunningService[] = [];

  async function stopAll(): Promise<void> {
    const stopping = running;
    running = [];
    await Promise.all(stopping.map((service) => service.stop()));
  }

  return {
    database,
    redis,
    start: async (variables) => {
      const service = await startService({
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        ...shared,
        ...variables,
      });
      running.push(service);
      return new ApiClient(service.url);
    },
    stopAll,
    close: async () => {
      await stopAll();
      await database.drop();
      redis.close();
    },
  };
}
