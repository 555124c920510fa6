import { Cluster, Redis } from 'ioredis';
import { parseRedisShape } from '../../bench/stores/redis/shape.js';
import { readRedisServers } from '../../src/config/redis-servers.js';
import { type Buckets, createBuckets, NO_BUCKETS } from '../../src/data/redis/buckets.js';
import { createRedisClient } from '../../src/data/redis/clients.js';
import { eventually } from './eventually.js';
import { secretFrom } from './service.js';

/** How many servers the Redis of these tests is: `npm run test:cluster` says another. */
export const TEST_REDIS = parseRedisShape(process.env.TEST_REDIS ?? 'one');

/** Which every service is told, though one server has no use for it. */
export const BUCKET_SECRET = secretFrom('buckets');

/** Where the keys of a user lie in it. */
export const testBuckets: Buckets =
  TEST_REDIS.kind === 'cluster' ? createBuckets(BUCKET_SECRET) : NO_BUCKETS;

/** Connected to all that holds data; of a cluster, what is asked of every server is added up. */
export async function connectTestRedis(url: string): Promise<Redis> {
  if (TEST_REDIS.kind === 'one') {
    return new Redis(url);
  }
  const servers = readRedisServers(url);
  if ('problem' in servers) {
    throw new Error(servers.problem);
  }
  const client = createRedisClient(servers, 5000);
  // What `connect()` answers stays open for ever where a cluster answers and is not in order yet.
  client.connect().catch(() => {});
  client.on('error', () => {});
  try {
    await eventually(async () => client.status === 'ready', 'the servers are in order', 10_000);
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return client instanceof Cluster ? asOneServer(client) : client;
}

function asOneServer(cluster: Cluster): Redis {
  const each = <Answer>(ask: (node: Redis) => Promise<Answer>) =>
    Promise.all(cluster.nodes('master').map(ask));
  return Object.assign(cluster as unknown as Redis, {
    dbsize: async () => (await each((node) => node.dbsize())).reduce((sum, size) => sum + size, 0),
    keys: async (pattern: string) => (await each((node) => node.keys(pattern))).flat(),
    flushdb: async () => (await each((node) => node.flushdb()))[0],
    info: async (section: string) => (await each((node) => node.info(section))).join('\n'),
    config: async (...words: [string, ...string[]]) =>
      (await each((node) => node.call('CONFIG', ...words)))[0],
  });
}
