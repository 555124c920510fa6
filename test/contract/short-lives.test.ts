import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Answer, ApiClient, type Credential, credentialOf } from '../support/api-client.js';
import { startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { strategiesUnderTest } from '../support/strategies-under-test.js';
import { me } from './world.js';

const LIFE_SECONDS = 2;
const POLL_MS = 50;
/** Of a look under load. */
const SLACK_SECONDS = 0.25;
/**
 * A token ends with a whole second, so up to one before its time; and the last look before the end was
 * some time before it.
 */
const LAST_SUCCESS_SECONDS = [LIFE_SECONDS - 1.25, LIFE_SECONDS + 1] as const;

interface Life {
  /** The most that was said: `expires_in`, or the end of a cookie, renewed ones too. */
  readonly saidSeconds: number;
  /** Seconds from the login to the last answer of 200. */
  readonly lastSuccessSeconds: number;
  readonly codeAfter: string;
}

const modules = await Promise.all(
  Object.entries(strategiesUnderTest).map(async ([name, load]) => ({ name, ...(await load()) })),
);
/** The control's credential has no end, nor has one that declares so. */
const authenticating = modules.filter(
  ({ description }) => !description.control && description.expires !== false,
);

// Every strategy with lives of two seconds. All are watched at the same time, so waiting is paid once.
describe('with short lives', () => {
  let database: TestDatabase;
  const closing: (() => unknown)[] = [];
  const apis = new Map<string, ApiClient>();
  const lives = new Map<string, { used: Promise<Life>; loggedOut: Promise<Life> }>();

  before(async function () {
    this.timeout(60_000);
    database = await createTestDatabase();
    // One after the other: all at once they would wait for the processors instead of for their stores.
    for (const { name } of authenticating) {
      const redis = await createTestRedis();
      const service = await startService({
        AUTH_STRATEGY: name,
        DATABASE_URL: database.url,
        DATABASE_POOL_SIZE: '3',
        REDIS_URL: redis.url,
        ACCESS_TOKEN_TTL_SECONDS: String(LIFE_SECONDS),
        SESSION_IDLE_SECONDS: String(LIFE_SECONDS),
        SESSION_ABSOLUTE_SECONDS: String(LIFE_SECONDS),
      });
      closing.push(() => service.stop(), redis.close);
      apis.set(name, new ApiClient(service.url));
    }
    for (const [name, api] of apis) {
      const account = await api.register(name);
      const [used, loggedOut] = [await timedLogin(), await timedLogin()];
      await api.call('POST', '/auth/logout', { credential: loggedOut.credential });
      lives.set(name, { used: watch(api, used), loggedOut: watch(api, loggedOut) });

      async function timedLogin() {
        const startedAt = performance.now();
        const wallClock = Date.now();
        const answer = await api.login(account.email, account.password);
        return {
          credential: credentialOf(answer),
          startedAt,
          wallClock,
          saidAtLogin: answer.body.expires_in ?? cookieEnd(answer, wallClock),
        };
      }
    }
  });

  after(async () => {
    await Promise.allSettled(
      [...lives.values()].flatMap(({ used, loggedOut }) => [used, loggedOut]),
    );
    await Promise.all(closing.map((close) => close()));
    await database?.drop();
  });

  for (const { name, description } of authenticating) {
    describe(`a credential of ${name}`, () => {
      it(`works for ${LIFE_SECONDS} s, however much it is used`, async function () {
        const life = await lives.get(name)?.used;
        tell(this, life);
        expect(life?.codeAfter).to.equal('credential_invalid');
        expect(life?.lastSuccessSeconds).to.be.within(...LAST_SUCCESS_SECONDS);
        // Between the last look that was answered and the first that was refused.
        expect(life?.saidSeconds).to.be.within(0, (life?.lastSuccessSeconds ?? 0) + SLACK_SECONDS);
      });

      it(`${description.revocation === 'at-expiry' ? 'works for as long after a logout' : 'never works after a logout'}, as declared`, async function () {
        const life = await lives.get(name)?.loggedOut;
        expect(life?.codeAfter).to.equal('credential_invalid');
        if (description.revocation === 'at-expiry') {
          tell(this, life);
          expect(life?.lastSuccessSeconds).to.be.within(...LAST_SUCCESS_SECONDS);
        } else {
          expect(life?.lastSuccessSeconds).to.equal(Number.NEGATIVE_INFINITY);
        }
      });
    });
  }
});

/** Puts what was measured beside the name of the test. */
function tell({ test }: Mocha.Context, life: Life | undefined): void {
  if (test !== undefined && life !== undefined) {
    test.title += ` (last success after ${life.lastSuccessSeconds.toFixed(2)} s)`;
  }
}

interface TimedLogin {
  readonly credential: Credential;
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly wallClock: number;
  readonly saidAtLogin: number;
}

/** Seconds after a time, in milliseconds since the epoch; 0 without a cookie, or with one to delete. */
function cookieEnd({ headers }: Answer, since: number): number {
  const end = Date.parse(/expires=([^;]+)/.exec(headers.getSetCookie()[0] ?? '')?.[1] ?? '');
  return end > 0 ? (end - since) / 1000 : 0;
}

/** Asks until it is refused. */
async function watch(
  api: ApiClient,
  { credential, startedAt, saidAtLogin, wallClock }: TimedLogin,
): Promise<Life> {
  let lastSuccessSeconds = Number.NEGATIVE_INFINITY;
  let saidSeconds = saidAtLogin;
  for (;;) {
    const askedAt = performance.now();
    const answer = await me(api, credential);
    if (answer.status === 200) {
      lastSuccessSeconds = (askedAt - startedAt) / 1000;
      saidSeconds = Math.max(saidSeconds, cookieEnd(answer, wallClock));
    } else if (answer.status < 500) {
      return { saidSeconds, lastSuccessSeconds, codeAfter: answer.body.code };
    }
    await delay(POLL_MS);
  }
}
