import type { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { StartupError, unavailable } from '../server/errors.js';
import { type StoreTimer, timed } from './store-timer.js';

export interface RedisStore {
  readonly client: Redis;
  /** Awaits a command; any failure of the connection becomes `redis_unavailable` (503). */
  run<T>(command: Promise<T>): Promise<T>;
  /** Throws `redis_unavailable` at once when the connection is known to be down. */
  assertUp(): void;
  /** Resolves when it takes writes; `key` is never there, and the write leaves nothing. */
  checkWritable(key: string): Promise<void>;
  /** Resolves when connected. @throws StartupError `redis_unreachable` */
  connect(): Promise<void>;
  /**
   * Connects as soon as Redis is there, however long that takes; only the first attempt is waited for.
   * @throws StartupError `redis_unreachable` when a Redis answers and refuses
   */
  connectInBackground(): Promise<void>;
  close(): void;
}

/** How long a starting instance waits for a Redis that is there but slow. */
const STARTUP_WAIT_MS = 5000;
const RECONNECT_DELAY_MS_MAX = 200;
const RECONNECT_EVERY_MS = 1000;
/** A replica, or one whose primary is away (https://redis.io/docs/latest/commands/replicaof/). */
const NOT_PRIMARY = /\b(READONLY|MASTERDOWN)\b/;

/**
 * With ioredis's defaults a request waits 10.6 s when Redis is down and for ever when it is frozen.
 * Here a command fails at once without a connection (no offline queue, nothing resent), and
 * `socketTimeout` ends a connection that owes an answer for longer than `timeoutMs`: one timer per
 * connection instead of one per command, and after it fired every command fails at once until a new
 * connection has answered its ready check. So one frozen Redis costs one wait, not one per command.
 */
export function createRedisStore(
  url: string,
  timeoutMs: number,
  log: Logger,
  onAnswer?: StoreTimer,
): RedisStore {
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    retryStrategy: (attempt) => Math.min(attempt * 50, RECONNECT_DELAY_MS_MAX),
    disableClientInfo: true,
    // After a failover the address may lead to another server; this connection still has the old one.
    reconnectOnError: (error) => NOT_PRIMARY.test(error.message) && mayReconnect(),
  });

  let lastError: unknown;
  let lastReconnectMs = 0;
  /** Reads still work on a replica, and each new connection interrupts them: so once in a while. */
  function mayReconnect(): boolean {
    const now = performance.now();
    const may = lastReconnectMs === 0 || now - lastReconnectMs > RECONNECT_EVERY_MS;
    lastReconnectMs = may ? now : lastReconnectMs;
    return may;
  }
  let reported = false;
  client.on('error', (error: Error) => {
    lastError = error;
    if (!reported) {
      // Once per outage: the reconnect loop raises the same error five times a second.
      reported = true;
      log.warn({ error: error.message }, 'redis away');
    }
  });
  client.on('ready', () => {
    if (reported) {
      reported = false;
      log.info('redis back');
    }
  });
  client.on('connect', () => writeOncePerTurn(client.stream));
  client.on('close', () => cancelSocketTimer(client));

  return {
    client,
    run: async (command) => {
      try {
        return await timed(command, onAnswer);
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
    checkWritable: async (key) => {
      if (client.status !== 'ready') {
        throw unavailable('redis_unavailable', lastError);
      }
      try {
        await client.set(key, '', 'XX');
      } catch (error) {
        throw unavailable('redis_unavailable', error);
      }
    },
    connect: async () => {
      const deadline = Date.now() + STARTUP_WAIT_MS;
      for (;;) {
        try {
          await client.connect();
          await selectDatabase(client);
          return;
        } catch (error) {
          const cause = lastError ?? error;
          if (isRefused(cause) || isRefusal(cause) || Date.now() > deadline) {
            client.disconnect();
            throw new StartupError('redis_unreachable', `REDIS_URL: ${messageOf(cause)}`, {
              cause,
            });
          }
          client.disconnect();
        }
      }
    },
    // The promise tells of the first attempt only; the retry strategy goes on after it.
    connectInBackground: async () => {
      try {
        await client.connect();
        await selectDatabase(client);
      } catch (error) {
        const cause = isRefusal(lastError) ? lastError : error;
        if (isRefusal(cause)) {
          client.disconnect();
          throw new StartupError('redis_unreachable', `REDIS_URL: ${messageOf(cause)}`, { cause });
        }
      }
    },
    close: () => client.disconnect(),
  };
}

/** ioredis asks for it too, and goes on with database 0 when there is none of that number. */
async function selectDatabase(client: Redis): Promise<void> {
  const { db = 0 } = client.options;
  // A user of Redis that may only read and write keys is not asked for more than it needs.
  if (db !== 0) {
    await client.select(db);
  }
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

function isRefused(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

/** The server answers, and will not have this client: waiting does not change that. */
function isRefusal(error: unknown): boolean {
  const { message } = (error ?? {}) as { message?: unknown };
  return (
    typeof message === 'string' &&
    /\b(WRONGPASS|NOAUTH|NOPERM|DB index is out of range|invalid DB index|invalid password)\b/.test(
      message,
    )
  );
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
