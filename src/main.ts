import type { Logger } from 'pino';
import { describeInstance } from './api/openapi/instance.js';
import { createInstanceApp } from './apps/instance-app.js';
import { checkStrategy } from './auth/check-strategy.js';
import { createLoginLimiter } from './auth/credentials/login-limiter.js';
import { createPasswordHasher } from './auth/credentials/password.js';
import { strategies } from './auth/registry.js';
import { type InstanceSettings, readInstanceSettings } from './config/settings.js';
import { openDatabase } from './data/database.js';
import { removeExpiredRows } from './data/expired-rows.js';
import { startHousekeeper } from './data/housekeeper.js';
import { createRedisStore, type RedisStore } from './data/redis/redis-store.js';
import type { StoreTimer } from './data/store-timer.js';
import { createLazyPredictor } from './prediction/registry.js';
import { printLine, runEntry } from './server/entry.js';
import { watchEventLoop } from './server/event-loop.js';
import { watchHeap } from './server/heap.js';
import type { Drain } from './server/leave-on-signal.js';
import { leaveOnSignal } from './server/leave-on-signal.js';
import { createHttpServer, listen } from './server/listen.js';
import { type AskedStore, createMetrics, type Metrics } from './server/metrics.js';
import { createProcessLog } from './server/process-log.js';

await runEntry(async () => {
  const { settings, strategy: strategyModule } = await readInstanceSettings(strategies);
  const log = createProcessLog(settings.logLevel);

  const metrics = settings.metrics === 'off' ? undefined : createMetrics();
  const needsRedis = strategyModule.needs.includes('redis');
  const [database, redis] = await Promise.all([
    openDatabase({
      url: settings.databaseUrl,
      poolSize: settings.databasePoolSize,
      timeoutMs: settings.storeTimeoutMs,
      log,
      onAnswer: metrics && timer(metrics, 'database'),
      replica:
        settings.databaseReplicaUrl === undefined
          ? undefined
          : {
              url: settings.databaseReplicaUrl,
              onAnswer: metrics && timer(metrics, 'replica'),
            },
    }),
    openRedis(settings, needsRedis, log, metrics && timer(metrics, 'redis')),
  ]);
  const strategy = await strategyModule.create({
    settings,
    database,
    redis,
    log,
    now: Date.now,
  });
  checkStrategy(strategyModule, strategy);

  const predictor = createLazyPredictor(settings.prediction, {
    url: settings.predictionUrl,
    timeoutMs: settings.predictionTimeoutMs,
    log,
  });

  const eventLoop = settings.counters ? watchEventLoop() : undefined;
  const heap = settings.counters ? watchHeap() : undefined;

  const housekeeper = startHousekeeper(removeExpiredRows(database), log);

  const drain: Drain = { leaving: false };
  const passwords = createPasswordHasher({
    concurrency: settings.passwordHashConcurrency,
    queue: settings.passwordHashQueue,
  });
  metrics?.watchHashing(passwords.load);
  const app = createInstanceApp({
    strategy,
    database,
    passwords,
    loginLimiter: createLoginLimiter(redis),
    drain,
    log,
    instance: describeInstance(settings, strategyModule),
    docs: settings.docs,
    eventLoop,
    heap,
    metrics,
    trustProxy: settings.trustProxy,
    delegateClients: settings.delegateClients,
    operatorToken: settings.operatorToken,
    injectBusyMicroseconds: settings.injectBusyMicroseconds,
    predictor,
  });

  const server = createHttpServer(app.callback());
  leaveOnSignal(server, drain, log, async () => {
    housekeeper.close();
    strategy.close?.();
    await predictor.close();
    eventLoop?.close();
    heap?.close();
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
  onAnswer: StoreTimer | undefined,
): Promise<RedisStore | undefined> {
  if (settings.redis === undefined) {
    return undefined;
  }
  const redis = createRedisStore(settings.redis, settings.storeTimeoutMs, log, onAnswer);
  if (needed) {
    await redis.connect();
  } else {
    // Only login limits use it here, and those have a fallback.
    await redis.connectInBackground();
  }
  return redis;
}

function timer(metrics: Metrics, store: AskedStore): StoreTimer {
  return (seconds, isAnswered) => metrics.asked(store, isAnswered ? 'answered' : 'failed', seconds);
}
