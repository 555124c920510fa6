import { Redis } from 'ioredis';

const PATIENCE_MS = 5000;

/** A connection for one piece of work. @throws what the work throws, or the error of the connection */
export async function withRedis(
  url: string,
  work: (client: Redis) => Promise<unknown>,
): Promise<void> {
  const client = new Redis(url, {
    ...{ lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null },
    ...{ connectTimeout: PATIENCE_MS, commandTimeout: PATIENCE_MS, disconnectTimeout: 50 },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    client.disconnect();
  }
}
