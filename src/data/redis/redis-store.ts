import { Cluster } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisSettings } from '../../config/settings.js';
import { STARTUP_WAIT_MS, StartupError, unavailable } from '../../server/errors.js';
import { type StoreTimer, timed } from '../store-timer.js';
import { type Buckets, createBuckets, NO_BUCKETS } from './buckets.js';
import { createRedisClient, type RedisClient } from './clients.js';

export interface RedisStore {
  readonly client: RedisClient;
  readonly buckets: Buckets;
  /** Awaits a command; any failure of the connection becomes `redis_unavailable` (503). */
  run<T>(command: Promise<T>): Promise<T>;
  /** Throws `redis_unavailable` at once when the connection is known to be down. */
  assertUp(): void;
  /**
   * Resolves when it takes writes, of a cluster when any of its nodes does: users whose node is away are no
   * reason to turn the others away. No key begins with `prefix` and nothing after it, and the write leaves nothing.
   */
  checkWritable(prefix: string): Promise<void>;
  /** Resolves when connected. @throws StartupError `redis_unreachable`, `redis_is_cluster`, `redis_redirects_in_circle` */
  connect(): Promise<void>;
  /**
   * Connects as soon as Redis is there, however long that takes; only the first attempt is waited for.
   * @throws StartupError `redis_unreachable` when a Redis answers and refuses, `redis_redirects_in_circle`
   */
  connectInBackground(): Promise<void>;
  close(): void;
}

/** A login asks two nodes one after the other, its limits and its own; together they may take the time of one. */
const SHARE_OF_ONE_COMMAND = 0.75;

export function createRedisStore(
  { servers, bucketSecret }: RedisSettings,
  timeoutMs: number,
  log: Logger,
  onAnswer?: StoreTimer,
): RedisStore {
  const client = createRedisClient(servers, timeoutMs);
  const buckets =
    bucketSecret === undefined || servers.kind !== 'cluster'
      ? NO_BUCKETS
      : createBuckets(bucketSecret);
  const inTime =
    client instanceof Cluster
      ? <T>(command: Promise<T>) => within(command, timeoutMs * SHARE_OF_ONE_COMMAND)
      : <T>(command: Promise<T>) => command;

  let lastError: unknown;
  let reported = false;
  const onError = (error: Error) => {
    lastError = error;
    if (!reported) {
      // Once per outage: the reconnect loop raises the same error five times a second.
      reported = true;
      log.warn({ error: error.message }, 'redis away');
    }
  };
  client.on('error', onError);
  client.on('node error', onError);
  client.on('ready', () => {
    if (reported) {
      reported = false;
      log.info('redis back');
    }
  });

  const refused = (cause: unknown) =>
    new StartupError('redis_unreachable', `REDIS_URL: ${messageOf(cause)}`, { cause });

  async function connectOnce(): Promise<void> {
    await client.connect();
    await selectDatabase(client);
    await refuseNodeOfCluster(client);
  }

  const connectSeveral = servers.kind === 'one' ? undefined : waitUntilReady(client, refused);

  return {
    client,
    buckets,
    run: async (command) => {
      try {
        return await timed(inTime(command), onAnswer);
      } catch (error) {
        throw unavailable('redis_unavailable', error);
      }
    },
    assertUp: () => {
      if (client.status !== 'ready') {
        throw unavailable('redis_unavailable', lastError);
      }
    },
    // Refused before it is done, where Redis is a replica, is short of replicas, or of disk or memory.
    checkWritable: async (prefix) => {
      if (client.status !== 'ready') {
        throw unavailable('redis_unavailable', lastError);
      }
      try {
        await Promise.any(
          buckets.tags.map((tag) => inTime(client.set(`${prefix}${tag}`, '', 'XX'))),
        );
      } catch (error) {
        const { errors: [first] = [error] } = error as AggregateError;
        throw unavailable('redis_unavailable', first);
      }
    },
    connect: async () => {
      if (connectSeveral !== undefined) {
        try {
          await connectSeveral(STARTUP_WAIT_MS);
          return await refuseCircle(client, buckets);
        } catch (error) {
          client.disconnect();
          throw error;
        }
      }
      const deadline = Date.now() + STARTUP_WAIT_MS;
      for (;;) {
        try {
          await connectOnce();
          return;
        } catch (error) {
          if (error instanceof StartupError) {
            client.disconnect();
            throw error;
          }
          const cause = causeOf(lastError) ?? error;
          if (isRefused(cause) || isRefusal(cause) || Date.now() > deadline) {
            client.disconnect();
            throw refused(cause);
          }
          client.disconnect();
        }
      }
    },
    // The promise tells of the first attempt only; the retry strategy goes on after it.
    connectInBackground: async () => {
      if (connectSeveral !== undefined) {
        try {
          await connectSeveral(timeoutMs);
          await refuseCircle(client, buckets);
        } catch (error) {
          if (isCircle(error)) {
            client.disconnect();
          }
          if (isCircle(error) || isRefusal((error as StartupError).cause)) {
            throw error;
          }
        }
        return;
      }
      try {
        await connectOnce();
      } catch (error) {
        if (error instanceof StartupError) {
          client.disconnect();
          throw error;
        }
        const last = causeOf(lastError);
        const cause = isRefusal(last) ? last : error;
        if (isRefusal(cause)) {
          client.disconnect();
          throw refused(cause);
        }
      }
    },
    close: () => client.disconnect(),
  };
}

/**
 * The promise of ioredis stays open for ever when a cluster answers and is not in order yet, or no Sentinel answers;
 * its retry strategy goes on meanwhile. So what is waited for is that it is ready.
 */
function waitUntilReady(
  client: RedisClient,
  refused: (cause: unknown) => StartupError,
): (waitMs: number) => Promise<void> {
  return (waitMs) =>
    new Promise((resolve, reject) => {
      let last: unknown = new Error(`no answer within ${waitMs} ms`);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        client.off('ready', onReady).off('node error', onNodeError).off('error', onAllFailed);
        settle();
      };
      const fail = (cause: unknown) => {
        end(() => reject(refused(cause)));
        if (isRefusal(cause)) {
          client.disconnect();
        }
      };
      const onReady = () => end(resolve);
      const onNodeError = (error: unknown) => {
        last = error;
        if (isRefusal(error)) {
          fail(error);
        }
      };
      const onAllFailed = (error: unknown) => {
        const cause = causeOf(error);
        if (isRefused(cause)) {
          fail(cause);
        }
      };
      const timer = setTimeout(() => fail(last), waitMs);
      client.on('ready', onReady).on('node error', onNodeError).on('error', onAllFailed);
      client.connect().catch(() => {});
    });
}

/**
 * ioredis sends a command of a cluster again, and to other nodes, for longer than a request may wait. It may
 * still be done after this: none of ours does harm by being done late, or twice.
 */
function within<T>(command: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([command, late]).finally(() => clearTimeout(timer));
}

/** ioredis asks for it too, and goes on with database 0 when there is none of that number. */
async function selectDatabase(client: RedisClient): Promise<void> {
  const { db = 0 } = client instanceof Cluster ? {} : client.options;
  // A user of Redis that may only read and write keys is not asked for more than it needs.
  if (db !== 0) {
    await client.select(db);
  }
}

/** Asked by one address, it would answer for a third of the users, and send the others away. */
async function refuseNodeOfCluster(client: RedisClient): Promise<void> {
  if (client instanceof Cluster) {
    return;
  }
  // A user of Redis that may only read and write keys may not ask.
  const text = await client.info('cluster').catch(() => '');
  if (/^cluster_enabled:1/m.test(text)) {
    throw new StartupError(
      'redis_is_cluster',
      'REDIS_URL is one node of a Redis Cluster: name several with commas between (redis://host:7000,host2:7000), or write redis-cluster://',
    );
  }
}

const CIRCLE = 'redis_redirects_in_circle';
const isCircle = (error: unknown) => error instanceof StartupError && error.code === CIRCLE;

/**
 * Behind a proxy that leads to one node, or to any of them, and whose address all of them announce, a command for the slots of
 * another node comes back with the address that it was sent to. Most users would get a 503, and no log would say why.
 * Two masters at one address raise the suspicion; what a node then answers is the proof, as a proxy may know where each slot is.
 */
async function refuseCircle(client: RedisClient, { tags }: Buckets): Promise<void> {
  if (!(client instanceof Cluster)) {
    return;
  }
  const ranges = await client.cluster('SLOTS').catch(() => []);
  const mastersAt = new Map<string, Set<string>>();
  for (const [, , master] of ranges) {
    if (master === undefined) continue;
    const [host, port, id] = master;
    const address = `${host}:${port}`;
    mastersAt.set(address, (mastersAt.get(address) ?? new Set()).add(id));
  }
  for (const node of client.nodes('master')) {
    const address = `${node.options.host}:${node.options.port}`;
    const masters = mastersAt.get(address)?.size ?? 0;
    if (masters < 2) continue;
    const answers = await Promise.allSettled(tags.map((tag) => node.exists(tag)));
    const isSentBack = answers.some(
      (answer) => answer.status === 'rejected' && movedTo(answer.reason) === address,
    );
    if (isSentBack) {
      throw new StartupError(
        CIRCLE,
        `REDIS_URL: ${masters} masters of the cluster announce one address, ${address}, which sends commands back to itself. Give each node an address that leads to it alone (cluster-announce-ip, cluster-announce-port of Redis), or let this process reach the nodes without the proxy`,
      );
    }
  }
}

/** `MOVED 3999 127.0.0.1:6381` */
function movedTo(error: unknown): string | undefined {
  return /^MOVED \d+ (\S+)$/.exec((error as Error).message)?.[1];
}

/** "Failed to refresh slots cache": what a node said is in it. */
function causeOf(error: unknown): unknown {
  return (error as { lastNodeError?: unknown } | undefined)?.lastNodeError ?? error;
}

function isRefused(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

/** The server answers, and will not have this client: waiting does not change that. */
function isRefusal(error: unknown): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  return (
    typeof message === 'string' &&
    /\b(WRONGPASS|NOAUTH|NOPERM|DB index is out of range|invalid DB index|invalid password|cluster support disabled)\b/.test(
      message,
    )
  );
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  if (message?.includes('cluster support disabled')) {
    return 'a server is there, and it is no node of a Redis Cluster';
  }
  return message || code || String(error);
}
