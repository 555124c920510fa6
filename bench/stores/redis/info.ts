import { Redis } from 'ioredis';

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
