import { expect } from 'chai';
import { strategies } from '../../src/auth/registry.js';
import type { StrategyModule } from '../../src/auth/strategy.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
} from '../support/api-client.js';
import { type RunningService, secretFrom, type Variables } from '../support/service.js';
import { type StoreWatcher, watchStores } from '../support/store-snapshot.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { startCompanions } from '../support/strategy-services.js';
import { TRUE_KEYS } from '../support/token-forge.js';

export const OPERATOR_TOKEN = secretFrom('operator');
export const ACTOR = 'post-scheduler';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A user with a login of their own. */
export interface Victim {
  readonly account: Account;
  readonly credential: Credential;
  /** The value alone, without the name of the cookie or the scheme. */
  readonly secret: string;
  /** Empty where the strategy gives none. */
  readonly refreshToken: string;
}

/** One strategy at the mercy of the attacks: running instances, their stores, and what the attacker knows. */
export interface AttackTarget {
  readonly name: string;
  readonly module: StrategyModule;
  readonly service: RunningService;
  readonly api: ApiClient;
  readonly database: TestDatabase;
  readonly redis: Awaited<ReturnType<typeof createTestRedis>>['client'];
  readonly stores: StoreWatcher;
  /** A user whose login stays good through all attacks. */
  readonly ada: Victim;
  readonly bob: Victim;
  /** A fresh user with one login. */
  victim(label?: string): Promise<Victim>;
  logIn(account: Account): Promise<Victim>;
  /** A second instance on the same stores. */
  other(): Promise<ApiClient>;
  /** One more instance with other settings; ended with the target. */
  start(changes: Variables): Promise<RunningService>;
  /** The credential as a request carries it, with another value in it. */
  carry(secret: string): Credential;
  /** What stands before the value: the cookie's name and `=`, or the scheme and a space. */
  readonly carrier: string;
  me(credential: Credential, api?: ApiClient): Promise<Answer>;
  form(path: string, parameters: Readonly<Record<string, string>>): Promise<Answer>;
  /** Asserts 401 for this value, and that nothing changed. */
  refuses(secret: string, code?: string): Promise<void>;
  close(): Promise<void>;
}

export async function openTarget(name: string, variables: Variables = {}): Promise<AttackTarget> {
  const module = await (strategies[name] as () => Promise<StrategyModule>)();
  const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  const services = await startCompanions(name, module, {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    OPERATOR_TOKEN: OPERATOR_TOKEN.toString('base64url'),
    DELEGATE_CLIENTS: `${ACTOR},other-client`,
    TOKEN_KEYS: TRUE_KEYS,
    // Attacks, not outages: a busy machine must not look like one.
    STORE_TIMEOUT_MS: '5000',
    ...variables,
  });
  const service = await services.start();
  const api = new ApiClient(service.url);
  const stores = await watchStores(database.url, redis.client);
  let second: Promise<ApiClient> | undefined;

  const logIn = async (account: Account): Promise<Victim> => {
    const answer = await api.login(account.email, account.password);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    const credential = credentialOf(answer);
    return {
      account,
      credential,
      secret: secretOf(credential),
      refreshToken: answer.body.refresh_token ?? '',
    };
  };
  const victim = async (label = 'victim') => logIn(await api.register(label));
  const ada = await victim('ada');
  const bob = await victim('bob');

  // As the login of this strategy gives it: the name of its cookie, or its scheme.
  const [[header, given] = ['authorization', '']] = Object.entries(ada.credential);
  const carrier = given.slice(0, given.length - ada.secret.length);
  const carry = (secret: string): Credential => ({ [header]: `${carrier}${secret}` });
  const me = (credential: Credential, client = api) => client.call('GET', '/me', { credential });

  return {
    name,
    module,
    service,
    api,
    database,
    redis: redis.client,
    stores,
    ada,
    bob,
    victim,
    logIn,
    other: () => {
      second ??= services.start().then(({ url }) => new ApiClient(url));
      return second;
    },
    start: (changes) => services.start(changes),
    carry,
    carrier,
    me,
    form: (path, parameters) =>
      api.call('POST', path, {
        body: new URLSearchParams(parameters).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    refuses: (secret, code = 'credential_invalid') =>
      stores.unchanged(async () => {
        const answer = await me(carry(secret));
        expectProblem(answer, 401, code);
        expect(answer.headers.getSetCookie(), 'cookies').to.deep.equal([]);
        if (module.description.carrier === 'bearer' && code === 'credential_invalid') {
          expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
        }
      }),
    close: async () => {
      // Before all that can fail.
      await services.stop();
      await stores.close();
      await database.drop();
      redis.close();
    },
  };
}

/** The value of a credential: the attacker copies this. */
export function secretOf(credential: Credential): string {
  const value = credential.cookie ?? credential.authorization ?? '';
  return value.slice(value.search(/[= ]/) + 1);
}

/** The token exchange of RFC 8693, with some parameters changed. */
export function exchangeForm(
  subjectToken: string,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    grant_type: EXCHANGE_GRANT,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN_TYPE,
    client_id: ACTOR,
    scope: 'posts:write',
    ...changes,
  };
}
