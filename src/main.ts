import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Logger, pino } from 'pino';
import { createApp } from './app.js';
import { createLoginLimiter } from './auth/login-limiter.js';
import { createPasswordHasher } from './auth/password.js';
import { type InstanceSettings, readInstanceSettings } from './config.js';
import { openDatabase } from './data/database.js';
import { createRedisStore, type RedisStore } from './data/redis.js';
import { printLine, runEntry } from './entry.js';
import { StartupError } from './errors.js';
import type { Drain } from './http/drain.js';

/** Longest time from SIGTERM to the end of the process. */
const LEAVE_WITHIN_MS = 5000;
/** Longer than a load balancer keeps idle connections (60 s is common), so that it closes first. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 66_000;
/** Node refuses a limit on the whole request that is shorter than the one on its headers. */
const REQUEST_MS = 70_000;

await runEntry(async () => {
  const { settings, strategy: strategyModule } = await readInstanceSettings();
  const log = pino({ level: settings.logLevel, base: { pid: process.pid } });
  process.on('unhandledRejection', (reason) => {
    log.fatal({ err: reason }, 'unhandled rejection');
    process.exit(1);
  });

  const needsRedis = strategyModule.needs.includes('redis');
  const [database, redis] = await Promise.all([
    openDatabase({
      url: settings.databaseUrl,
      poolSize: settings.databasePoolSize,
      timeoutMs: settings.storeTimeoutMs,
      log,
    }),
    openRedis(settings, needsRedis, log),
  ]);
  const strategy = await strategyModule.create({
    settings,
    database,
    redis,
    log,
    now: Date.now,
  });

  const drain: Drain = { leaving: false };
  const app = createApp({
    strategy,
    database,
    passwords: createPasswordHasher({
      concurrency: settings.passwordHashConcurrency,
      queue: settings.passwordHashQueue,
    }),
    loginLimiter: createLoginLimiter(redis),
    drain,
    log,
    counters: settings.counters,
    trustProxy: settings.trustProxy,
    delegateClients: settings.delegateClients,
    operatorToken: settings.operatorToken,
  });

  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    app.callback(),
  );
  leaveOnSignal(server, drain, log, async () => {
    strategy.close?.();
    redis?.close();
    await database.close();
  });
  const { port, address } = await listen(server, settings);
  printLine({ listening: { host: address, port, pid: process.pid } });
});

async function openRedis(
  settings: InstanceSettings,
  needed: boolean,
  log: Logger,
): Promise<RedisStore | undefined> {
  if (settings.redisUrl === undefined) {
    return undefined;
  }
  const redis = createRedisStore(settings.redisUrl, settings.storeTimeoutMs, log);
  if (needed) {
    await redis.connect();
  } else {
    // Only login limits use it here, and those have a fallback.
    redis.connectInBackground();
  }
  return redis;
}

function listen(server: Server, { host, port }: InstanceSettings): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? new StartupError(
              'address_in_use',
              `PORT ${port} of ${host} is taken; set PORT=0 for a free one`,
            )
          : new StartupError('address_unavailable', `HOST ${host}, PORT ${port}: ${error.message}`);
      reject(reason);
    });
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo));
  });
}

/**
 * SIGTERM and SIGINT: take no more connections, finish what is in flight, leave. A second signal
 * means now.
 */
function leaveOnSignal(
  server: Server,
  drain: Drain,
  log: Logger,
  closeResources: () => Promise<void>,
): void {
  const leave = (signal: NodeJS.Signals) => {
    if (drain.leaving) {
      process.exit(1);
    }
    drain.leaving = true;
    log.info({ signal }, 'leaving');
    setTimeout(() => {
      log.warn('requests still in flight are cut off');
      process.exit(0);
    }, LEAVE_WITHIN_MS - 200).unref();

    // close() ends idle connections once; a connection that becomes idle later is ended here.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(sweep);
      closeResources().finally(() => process.exit(0));
    });
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}
