import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'chai';
import { openStores, type Stores } from '../../../bench/stores/open.js';
import type { StrategyDescription } from '../../../src/auth/strategy.js';
import {
  type Account,
  type Answer,
  ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
} from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { createRestartableRedis, type RestartableRedis } from '../../support/restartable-redis.js';
import { type RunningService, runEntry, startService } from '../../support/service.js';
import { TEST_DATABASE } from '../../support/sql-servers/sql-server.js';
import { strategiesUnderTest } from '../../support/strategies-under-test.js';
import { createTcpGate, type TcpGate } from '../../support/tcp-gate.js';
import { TEST_REDIS } from '../../support/test-redis.js';

/** What a client waits at most while a store is away. */
const ANSWER_WITHIN_MS = 500;
/** A node of a cluster takes no writes in its first 2 s (CLUSTER_WRITABLE_DELAY of Redis). */
export const BACK_WITHIN_MS = TEST_REDIS.kind === 'one' ? 2000 : 8000;

export const declared: readonly { name: string; description: StrategyDescription }[] =
  await Promise.all(
    Object.entries(strategiesUnderTest).map(async ([name, load]) => ({
      name,
      description: (await load()).description,
    })),
  );

/** Servers of the suite's own: others must not feel them freeze. */
export interface TroubledStores {
  readonly stores: Stores;
  readonly redis: RestartableRedis;
  stop(): Promise<void>;
}

export async function startTroubledStores(): Promise<TroubledStores> {
  const redis = await createRestartableRedis();
  const environment: NodeJS.ProcessEnv = { ...process.env, REDIS_URL: redis.url };
  delete environment.DATABASE_URL;
  const stores = await openStores({ environment, database: TEST_DATABASE });
  const migrated = await runEntry('migrate', { DATABASE_URL: stores.databaseUrl });
  expect(migrated.stderr).to.equal('');
  return {
    stores,
    redis,
    stop: async () => {
      await stores.stop();
      await redis.remove();
    },
  };
}

/** One instance behind gates to both stores, with a user who is logged in. */
export class Subject {
  readonly api: ApiClient;
  readonly ada: Account;
  /** null: Redis is several servers. */
  readonly redisGate: TcpGate | null;
  readonly databaseGate: TcpGate;
  readonly #service: RunningService;
  credential: Credential;
  refreshToken: string | undefined;

  private constructor(
    service: RunningService,
    gates: readonly [TcpGate | null, TcpGate],
    ada: Account,
    login: Answer,
  ) {
    this.#service = service;
    [this.redisGate, this.databaseGate] = gates;
    this.api = new ApiClient(service.url);
    this.ada = ada;
    this.credential = credentialOf(login);
    this.refreshToken = login.body.refresh_token;
  }

  static async start(name: string, { stores, redis }: TroubledStores): Promise<Subject> {
    const gates = await Promise.all([
      TEST_REDIS.kind === 'one' ? createTcpGate(redis.url) : null,
      createTcpGate(stores.databaseUrl),
    ]);
    const service = await startService({
      AUTH_STRATEGY: name,
      DATABASE_URL: gates[1].url,
      REDIS_URL: gates[0]?.url ?? redis.url,
    });
    const api = new ApiClient(service.url);
    const ada = await api.register('ada');
    return new Subject(service, gates, ada, await api.login(ada.email, ada.password));
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await Promise.all([this.redisGate?.shut(), this.databaseGate.shut()]);
  }

  readonly me = () => this.api.call('GET', '/me', { credential: this.credential });
  readonly list = () => this.api.call('GET', '/posts?limit=1', { credential: this.credential });
  readonly ready = () => this.api.call('GET', '/readyz');
  readonly live = () => this.api.call('GET', '/livez');
  readonly login = () => this.api.login(this.ada.email, this.ada.password);
  readonly register = () =>
    this.api.call('POST', '/users', {
      body: { email: `r${Math.random()}@example.test`, name: 'R', password: 'long enough' },
    });

  async logInAgain(): Promise<void> {
    const answer = await this.login();
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    this.credential = credentialOf(answer);
    this.refreshToken = answer.body.refresh_token;
  }

  /** Everything answers 200 again, soon, without a restart. */
  async isBack(): Promise<void> {
    await eventually(
      async () => {
        const answers = await Promise.all([this.me(), this.list(), this.ready(), this.login()]);
        return answers.every(({ status }) => status === 200);
      },
      'everything works again',
      BACK_WITHIN_MS,
    );
  }
}

const MOST_OWN_MS = 100;

/** By how much this process itself was late meanwhile is no fault of the service. */
export async function inTime(request: Promise<Answer>): Promise<Answer> {
  const own = monitorEventLoopDelay({ resolution: 5 });
  own.enable();
  const startedAt = performance.now();
  const answer = await request;
  const tookMs = performance.now() - startedAt;
  own.disable();
  const ownMs = Number.isFinite(own.max) ? own.max / 1e6 : 0;
  expect(tookMs, 'milliseconds').to.be.below(ANSWER_WITHIN_MS + Math.min(ownMs, MOST_OWN_MS));
  return answer;
}

export function expectUnavailable(answer: Answer, code: string): void {
  expectProblem(answer, 503, code);
  expect(answer.headers.get('retry-after')).to.equal('1');
}

/** What a strategy that needs Redis for each request answers without it. */
export function outageCode({ perRequest }: StrategyDescription): string {
  return perRequest.authority > 0 ? 'authority_unavailable' : 'redis_unavailable';
}
