/** What Redis says of itself: INFO, asked over its own protocol. */
import { Redis } from 'ioredis';
import type { Metered, StoreMeter, StoreUsage } from '../store.js';

/** The fields of INFO's "server" section. @throws when no Redis answers there in time */
export async function askRedis(
  url: string,
  timeoutMs: number,
  beforeInfo?: (redis: Redis) => Promise<unknown>,
): Promise<Record<string, string>> {
  let failure: Error | undefined;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    // After a refused connection ioredis leaves a timer of this length, which keeps the process alive.
    disconnectTimeout: 50,
    commandTimeout: timeoutMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // A NOAUTH or a refused connection is reported here; the command says only "Connection is closed".
    enableReadyCheck: false,
  });
  redis.on('error', (error) => {
    failure ??= error;
  });
  try {
    await redis.connect();
    // ioredis goes on with database 0 when there is no such database.
    if (redis.options.db) await redis.select(redis.options.db);
    await beforeInfo?.(redis);
    return parseInfo(await redis.info('server'));
  } catch (error) {
    throw failure ?? error;
  } finally {
    redis.disconnect();
  }
}

/** INFO's answer: "key:value" lines under "# Section" headings. */
export function parseInfo(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 && !line.startsWith('#')
        ? [[line.slice(0, colon), line.slice(colon + 1)]]
        : [];
    }),
  );
}

/** "7.0.15", or "Valkey 8.1.1": Valkey states the version of Redis it stands in for as well. */
export function describeRedis(information: Record<string, string>): string {
  const { redis_version: redis, valkey_version: valkey } = information;
  return valkey ? `Valkey ${valkey}` : (redis ?? 'unknown');
}

/** Of several servers those that take writes count: a replica does the same again. */
export async function connectRedisMeter({ url, serverUrls = [url] }: Metered): Promise<StoreMeter> {
  const meters = await Promise.all(serverUrls.map(connectOne));
  return {
    read: async () => addUp(await Promise.all(meters.map((meter) => meter.read()))),
    close: () => {
      for (const meter of meters) meter.close();
    },
  };
}

function addUp(usages: readonly (StoreUsage & { isReplica: boolean })[]): StoreUsage {
  const sum = (of: (usage: StoreUsage & { isReplica: boolean }) => number) =>
    usages.reduce((total, usage) => total + of(usage), 0);
  return {
    atSeconds: usages[0]?.atSeconds ?? 0,
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    rssBytes: sum(({ rssBytes }) => rssBytes),
    commands: sum(({ isReplica, commands }) => (isReplica ? 0 : commands)),
  };
}

async function connectOne(url: string) {
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    commandTimeout: 5000,
  });
  // Errors reach whoever reads; without a listener they would be printed as well.
  redis.on('error', () => {});
  await redis.connect();
  return {
    read: async () => {
      const text = await redis.info('all');
      return { ...usageIn(text), isReplica: parseInfo(text).role === 'slave' };
    },
    close: () => redis.disconnect(),
  };
}

/** Said once per connection or by the lab itself, not by a request. */
const NOT_OF_A_REQUEST = new Set([
  ...['info', 'hello', 'auth', 'select', 'client', 'ping', 'config'],
  // Of servers that are several: what they and their clients say of each other.
  ...['cluster', 'replconf', 'psync', 'role', 'subscribe', 'publish'],
]);

/** @param text the answer to INFO all */
export function usageIn(text: string): StoreUsage {
  const fields = parseInfo(text);
  const number = (name: string) => Number(fields[name] ?? 0);
  // "cmdstat_get:calls=100,usec=50,…", with a "|" before the second word of a command that has one.
  const commands = Object.entries(fields).reduce((total, [name, value]) => {
    const command = /^cmdstat_([^|]+)/.exec(name)?.[1];
    if (command === undefined || NOT_OF_A_REQUEST.has(command)) return total;
    return total + Number(/^calls=(\d+)/.exec(value)?.[1] ?? 0);
  }, 0);
  return {
    atSeconds: number('server_time_usec') / 1e6,
    cpuSeconds: number('used_cpu_user') + number('used_cpu_sys'),
    rssBytes: number('used_memory_rss'),
    commands,
  };
}
