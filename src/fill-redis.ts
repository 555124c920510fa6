import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { LOGIN_ID_LENGTH, loginIdOf, recordOf } from './auth/credentials/login-record.js';
import { createRedisLoginStore, SESSION_KEYS } from './auth/credentials/redis-login-store.js';
import { createRedisRevocations } from './auth/token/redis-revocations.js';
import { type FillSettings, readFillSettings } from './config/settings.js';
import { createRedisStore, type RedisStore } from './data/redis/redis-store.js';
import { seedUsers } from './data/seed-content.js';
import { printLine, runEntry } from './server/entry.js';
import { StartupError } from './server/errors.js';

const TIMEOUT_MS = 60_000;
const AT_ONCE = 500;
const LIFE_MS = 3_600_000;
/** As long as the label of a browser gets (auth/credentials/client-label.ts). */
const CLIENT = 'Firefox on Windows';

/**
 * Puts many logins, or many denied tokens, into Redis by the code that serves requests, but without
 * 100,000 password hashes: to measure what one takes in memory. The secrets of the logins are thrown
 * away, so nobody can use one.
 */
await runEntry(async () => {
  const settings = readFillSettings();
  if (settings.production) {
    throw new StartupError(
      'fill_refused',
      'NODE_ENV is production, and these logins belong to nobody',
    );
  }
  const log = pino({ level: 'silent' });
  const redis = createRedisStore(settings.redis, TIMEOUT_MS, log);
  await redis.connect();
  try {
    const add = settings.what === 'logins' ? addLogins(redis, settings) : addDenied(redis);
    for (let from = 0; from < settings.count; from += AT_ONCE) {
      const numbers = Array.from(
        { length: Math.min(AT_ONCE, settings.count - from) },
        (_, offset) => from + offset,
      );
      await Promise.all(numbers.map(add));
    }
    printLine({ filled: { what: settings.what, count: settings.count } });
  } finally {
    redis.close();
  }
});

function addLogins(redis: RedisStore, { count }: FillSettings) {
  const users = seedUsers(count);
  const store = createRedisLoginStore(redis, SESSION_KEYS, {
    absoluteMs: LIFE_MS,
    perUserMax: 100,
  });
  return (number: number): Promise<void> => {
    const { email = '', name = '' } = users[number] ?? {};
    const record = recordOf({ userId: number + 1, email, name }, CLIENT, Date.now());
    return store.create(loginIdOf(store.newSecret(record.userId)), record, LIFE_MS);
  };
}

function addDenied(redis: RedisStore) {
  const revocations = createRedisRevocations(redis, Date.now);
  // The ID of a token and that of a login are equally long.
  const id = () => randomBytes(LOGIN_ID_LENGTH).toString('base64url').slice(0, LOGIN_ID_LENGTH);
  return (number: number): Promise<void> =>
    revocations.denyToken(number + 1, id(), Date.now() + LIFE_MS);
}
