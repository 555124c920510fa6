import { createAuthorityApp } from './apps/authority-app.js';
import {
  createRedisLoginStore,
  REFERENCE_TOKEN_KEYS,
} from './auth/credentials/redis-login-store.js';
import { createReferenceTokens } from './auth/opaque/reference-tokens.js';
import { readAuthoritySettings } from './config/settings.js';
import { createRedisStore } from './data/redis/redis-store.js';
import { printLine, runEntry } from './server/entry.js';
import type { Drain } from './server/leave-on-signal.js';
import { leaveOnSignal } from './server/leave-on-signal.js';
import { createHttpServer, listen } from './server/listen.js';
import { createProcessLog } from './server/process-log.js';

await runEntry(async () => {
  const settings = readAuthoritySettings();
  const log = createProcessLog(settings.logLevel);
  const redis = createRedisStore(settings.redis, settings.redisTimeoutMs, log);
  await redis.connect();

  const limits = {
    idleMs: settings.sessionIdleSeconds * 1000,
    absoluteMs: settings.sessionAbsoluteSeconds * 1000,
  };
  const logins = createRedisLoginStore(redis, REFERENCE_TOKEN_KEYS, {
    absoluteMs: limits.absoluteMs,
    perUserMax: settings.loginsPerUserMax,
  });
  const drain: Drain = { leaving: false };
  const app = createAuthorityApp({
    tokens: createReferenceTokens(logins, limits, Date.now),
    logins,
    secret: settings.secret,
    drain,
    log,
    counters: settings.counters,
  });

  const server = createHttpServer(app.callback());
  leaveOnSignal(server, drain, log, async () => redis.close());
  const { port, address } = await listen(server, settings);
  printLine({ listening: { host: address, port, pid: process.pid } });
});
