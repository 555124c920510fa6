import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import Koa from 'koa';
import { pino } from 'pino';
import { checkStrategy } from './auth/check-strategy.js';
import { strategies } from './auth/registry.js';
import type { AuthStrategy, IssuedCredential } from './auth/strategy.js';
import { readInstanceSettings, readMintSettings } from './config/settings.js';
import { createRedisStore } from './data/redis/redis-store.js';
import { User } from './data/user.js';
import { withDatabase } from './data/with-database.js';
import { printLine, runEntry } from './server/entry.js';
import { StartupError } from './server/errors.js';

const TIMEOUT_MS = 60_000;
const AT_ONCE = 50;
/** Users of one printed line. */
const OF_A_LINE = 1000;
/** As a browser calls itself, so that the record of a login is as long as that of a real one. */
const USER_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

/**
 * Logs the first users of the database in by the strategy that serves requests, but without passwords and so
 * without their hashes: to have 50,000 logged-in users in seconds. Takes the settings of an instance, and prints
 * what each login gave. Whoever has these settings could make the same.
 */
await runEntry(async () => {
  const { users: count, production } = readMintSettings();
  const { settings, strategy: strategyModule } = await readInstanceSettings(strategies);
  if (production) {
    throw new StartupError(
      'mint_refused',
      'NODE_ENV is production, and these logins need no password',
    );
  }
  if (strategyModule.description.stateIn === 'instance') {
    throw new StartupError(
      'mint_refused',
      `logins of ${settings.strategyName} are known to the instance alone that gave them`,
    );
  }
  const log = pino({ level: 'silent' });
  await withDatabase({ url: settings.databaseUrl, timeoutMs: TIMEOUT_MS }, async (database) => {
    const redis =
      settings.redis === undefined ? undefined : createRedisStore(settings.redis, TIMEOUT_MS, log);
    await redis?.connect();
    const resources = { settings, database, redis, log, now: Date.now };
    const strategy = await strategyModule.create(resources);
    try {
      checkStrategy(strategyModule, strategy);
      const issue = issuer(strategy);
      const users = await database.dataSource
        .getRepository(User)
        .find({ order: { id: 'ASC' }, take: count });
      for (let from = 0; from < users.length; from += OF_A_LINE) {
        printLine({ minted: await aFewAtOnce(users.slice(from, from + OF_A_LINE), issue) });
      }
    } finally {
      strategy.close?.();
      redis?.close();
    }
  });
});

/** What a login of a user gave: as in its answer, and the cookies that it set. */
interface Minted {
  userId: number;
  token?: IssuedCredential['token'];
  cookies: string[];
}

/** Each login is issued to a request that nobody sent: strategies set their cookies on it. */
function issuer(strategy: AuthStrategy): (user: User) => Promise<Minted> {
  const app = new Koa();
  strategy.attach?.(app);
  return async ({ id, email, name }) => {
    const request = new IncomingMessage(new Socket());
    Object.assign(request, { method: 'POST', url: '/auth/login' });
    request.headers = { host: '127.0.0.1', 'user-agent': USER_AGENT };
    const ctx = app.createContext(request, new ServerResponse(request));
    const { token } = await strategy.issue(ctx, { userId: id, email, name });
    const cookies = [ctx.res.getHeader('set-cookie') ?? []].flat().map(String);
    return { userId: id, ...(token && { token }), cookies };
  };
}

async function aFewAtOnce(
  users: readonly User[],
  issue: (user: User) => Promise<Minted>,
): Promise<Minted[]> {
  const minted: Minted[] = [];
  for (let from = 0; from < users.length; from += AT_ONCE) {
    minted.push(...(await Promise.all(users.slice(from, from + AT_ONCE).map(issue))));
  }
  return minted;
}
