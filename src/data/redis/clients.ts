import type { Writable } from 'node:stream';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type {
  ClusterServers,
  OneServer,
  RedisServers,
  SentinelServers,
} from '../../config/settings.js';

/**
 * With ioredis's defaults a request waits 10.6 s when Redis is down and for ever when it is frozen.
 * Here a command fails at once without a connection (no offline queue, nothing resent), and
 * `socketTimeout` ends a connection that owes an answer for longer than `timeoutMs`: one timer per
 * connection instead of one per command, and after it fired every command fails at once until a new
 * connection has answered its ready check. So one frozen Redis costs one wait, not one per command.
 */
const PROMPT = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  disableClientInfo: true,
} as const;

const RECONNECT_DELAY_MS_MAX = 200;
const RECONNECT_EVERY_MS = 1000;
/** A replica, or one whose primary is away (https://redis.io/docs/latest/commands/replicaof/). */
const NOT_PRIMARY = /\b(READONLY|MASTERDOWN)\b/;

export type RedisClient = Redis | Cluster;

/** Not connected yet. */
export function createRedisClient(servers: RedisServers, timeoutMs: number): RedisClient {
  return servers.kind === 'cluster'
    ? createClusterClient(servers, timeoutMs)
    : createPrimaryClient(servers, timeoutMs);
}

const reconnectDelayMs = (attempt: number) => Math.min(attempt * 50, RECONNECT_DELAY_MS_MAX);

function createPrimaryClient(servers: OneServer | SentinelServers, timeoutMs: number): Redis {
  const options: RedisOptions = {
    ...PROMPT,
    lazyConnect: true,
    enableOfflineQueue: false,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    retryStrategy: reconnectDelayMs,
    // After a failover the address may lead to another server; this connection still has the old one.
    reconnectOnError: onceInAWhile((error) => NOT_PRIMARY.test(error.message)),
  };
  const client =
    servers.kind === 'one'
      ? new Redis(servers.url, options)
      : new Redis({ ...options, ...sentinelOptions(servers, timeoutMs) });
  mendConnectionsOf(client);
  return client;
}

function sentinelOptions(
  { sentinels, name, database, username, password, tls }: SentinelServers,
  timeoutMs: number,
): RedisOptions {
  return {
    sentinels: [...sentinels],
    name,
    role: 'master',
    db: database,
    ...(username !== undefined && { username, sentinelUsername: username }),
    ...(password !== undefined && { password, sentinelPassword: password }),
    ...(tls && { tls: {}, enableTLSForSentinelMode: true, sentinelTLS: {} }),
    sentinelCommandTimeout: timeoutMs,
    sentinelRetryStrategy: reconnectDelayMs,
    // No failoverDetector: where the Sentinels tell it of the new primary while the client is connecting again, ioredis 5.11
    // ends the client for good. A primary that comes back as a replica has its connections closed by the Sentinels.
  };
}

/**
 * What ioredis 5 leaves to those who ask for it, each of it met in test/integration/store-trouble:
 *
 * - Slots are asked for only after a command went wrong, so an instance without traffic learns of no
 *   failover; hence `slotsRefreshInterval`.
 * - A command without a connection is put off and sent to another node, 16 times, 100 ms apart; hence the
 *   deadline of redis-store.ts.
 */
function createClusterClient(
  { nodes, username, password, tls }: ClusterServers,
  timeoutMs: number,
): Cluster {
  const client = new Cluster([...nodes], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelayMs,
    slotsRefreshInterval: 5000,
    slotsRefreshTimeout: timeoutMs,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 20,
    // A certificate names hosts, not the addresses that they are found at.
    ...(tls && { dnsLookup: (host, callback) => callback(null, host) }),
    redisOptions: {
      ...PROMPT,
      connectTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
    },
  });
  client.on('+node', mendConnectionsOf);
  return client;
}

/** Reads still work on a replica, and each new connection interrupts them. */
function onceInAWhile(isDue: (error: Error) => boolean): (error: Error) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    const may = isDue(error) && now - lastMs > RECONNECT_EVERY_MS;
    lastMs = may ? now : lastMs;
    return may;
  };
}

function mendConnectionsOf(node: Redis): void {
  node.on('connect', () => writeOncePerTurn(node.stream));
  node.on('close', () => cancelSocketTimer(node));
}

/**
 * Holds back what is written until this turn of the event loop has read all its sockets, so that the
 * commands of all requests that came in together leave in one system call. ioredis makes one for each
 * command, and without this a session costs a third more (docs/performance.md). Its own
 * `enableAutoPipelining` does the same with a pipeline object, and saves half as much.
 */
function writeOncePerTurn(stream: Writable): void {
  const write = stream.write;
  let holding = false;
  const release = () => {
    holding = false;
    stream.uncork();
  };
  stream.write = function writeHeld(this: Writable, ...words: unknown[]) {
    if (!holding) {
      holding = true;
      stream.cork();
      setImmediate(release);
    }
    return write.apply(this, words as Parameters<Writable['write']>);
  } as Writable['write'];
}

/**
 * ioredis 5.11 leaves the socketTimeout timer of a closed connection running, and when it fires it
 * destroys whatever connection is then current, which is a healthy new one after a quick restart.
 */
function cancelSocketTimer(client: Redis): void {
  const internals = client as unknown as { socketTimeoutTimer?: NodeJS.Timeout | undefined };
  clearTimeout(internals.socketTimeoutTimer);
  internals.socketTimeoutTimer = undefined;
}
