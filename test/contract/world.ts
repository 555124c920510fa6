import type { StrategyDescription, StrategyModule } from '../../src/auth/strategy.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  credentialOf,
} from '../support/api-client.js';
import {
  type RunningService,
  secretFrom,
  startAuthority,
  startService,
  type Variables,
} from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

/** 32 bytes, base64url. */
export const OPERATOR_TOKEN = secretFrom('operator').toString('base64url');

/** The one client that users may let act for them here. */
export const ACTOR = 'post-scheduler';

/**
 * What the suites of one strategy run in: two instances on the same stores, and a user. Its parts are
 * there from the first test on. Starting two processes costs half a second, so all suites of a strategy
 * share them; each takes users of its own where it ends logins or counts failures.
 */
export interface World {
  readonly name: string;
  readonly description: StrategyDescription;
  readonly database: TestDatabase;
  readonly redis: Awaited<ReturnType<typeof createTestRedis>>;
  readonly url: string;
  readonly api: ApiClient;
  /** The other instance. */
  readonly second: ApiClient;
  /** The process that knows the tokens, where the strategy has one. */
  readonly authority?: RunningService;
  readonly ada: Account;
  readonly adaCredential: Credential;
  /** After a suite that ended all logins there were. */
  renewAda(credential: Credential): void;
  /** What both were started with. */
  readonly variables: Variables;
}

/** Registers the hooks that open the world before the tests of this `describe` and close it after. */
export function openWorld(name: string, { description, companions = [] }: StrategyModule): World {
  const world = { name, description } as { -readonly [Key in keyof World]: World[Key] };
  world.renewAda = (credential) => {
    world.adaCredential = credential;
  };
  const services: RunningService[] = [];

  before(async () => {
    [world.database, world.redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    world.variables = {
      AUTH_STRATEGY: name,
      DATABASE_URL: world.database.url,
      REDIS_URL: world.redis.url,
      COUNTERS: 'on',
      OPERATOR_TOKEN,
      DELEGATE_CLIENTS: ACTOR,
    };
    if (companions.includes('authority')) {
      world.authority = await startAuthority(world.variables);
      services.push(world.authority);
      world.variables = { ...world.variables, AUTHORITY_URL: world.authority.url };
    }
    const instances = await Promise.all([
      startService(world.variables),
      startService(world.variables),
    ]);
    services.push(...instances);
    [world.api, world.second] = instances.map(({ url }) => new ApiClient(url)) as [
      ApiClient,
      ApiClient,
    ];
    world.url = world.api.url;
    world.ada = await world.api.register('ada');
    world.adaCredential = await world.api.logIn(world.ada);
  });

  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await world.database?.drop();
    world.redis?.close();
  });

  return world;
}

/** A fresh user with one login. */
export async function newcomer(api: ApiClient, label: string): Promise<Newcomer> {
  const account = await api.register(label);
  const answer = await api.login(account.email, account.password);
  return { account, answer, credential: credentialOf(answer) };
}

export interface Newcomer {
  readonly account: Account;
  readonly answer: Answer;
  readonly credential: Credential;
}

/** Sends a form, as clients of OAuth 2.0 do. */
export function postForm(
  api: ApiClient,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  return api.call('POST', path, {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

export function asOperator(api: ApiClient, path: string, token = OPERATOR_TOKEN): Promise<Answer> {
  return api.call('POST', path, { credential: { authorization: `Operator ${token}` } });
}

export function me(api: ApiClient, credential: Credential): Promise<Answer> {
  return api.call('GET', '/me', { credential });
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 8693, section 2.1, with parts replaced. */
export function exchange(
  api: ApiClient,
  subject: Credential,
  parts: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return postForm(api, '/auth/token', {
    grant_type: EXCHANGE,
    subject_token: (subject.authorization ?? subject.cookie ?? '').split(/[ =]/).slice(1).join('='),
    subject_token_type: ACCESS_TOKEN,
    client_id: ACTOR,
    scope: 'posts:write',
    ...parts,
  });
}

export function delegateSession(
  api: ApiClient,
  credential: Credential,
  parts: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return api.call('POST', '/auth/sessions/delegated', {
    credential,
    body: { client: ACTOR, scope: ['posts:write'], ...parts },
  });
}
