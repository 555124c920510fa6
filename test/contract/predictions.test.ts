import { strategies } from '../../src/auth/registry.js';
import type { StrategyModule } from '../../src/auth/strategy.js';
import { predictors } from '../../src/prediction/registry.js';
import { ApiClient, type Credential } from '../support/api-client.js';
import { type PredictingService, startPredicting } from '../support/prediction.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { delegatedCredential } from './suites/delegation.js';
import { describePredictions, type PredictionWorld } from './suites/predictions.js';
import { ACTOR, delegateSession, exchange } from './world.js';

/** One that must ask who is asking, one that public keys tell, and one that only a secret tells. */
const STRATEGIES = ['session', 'jwt-es256', 'jwt'];

for (const name of STRATEGIES) {
  describe(`predictions under AUTH_STRATEGY=${name}`, () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;

    before(async () => {
      [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    });
    after(async () => {
      await database?.drop();
      redis?.close();
    });

    for (const topology of Object.keys(predictors)) {
      describe(`with PREDICTION=${topology}`, () => {
        const world = {} as { -readonly [Key in keyof PredictionWorld]: PredictionWorld[Key] };
        let running: PredictingService | undefined;

        before(async () => {
          const module = (await strategies[name]?.()) as StrategyModule;
          running = await startPredicting(topology, {
            AUTH_STRATEGY: name,
            DATABASE_URL: database.url,
            REDIS_URL: redis.url,
            DELEGATE_CLIENTS: ACTOR,
          });
          const api = new ApiClient(running.service.url);
          const credential = await api.logIn(await api.register('ada'));
          Object.assign(world, {
            api,
            credential,
            handOn: async (scope: string): Promise<Credential> =>
              delegatedCredential(
                module.description.delegation === 'token-exchange'
                  ? await exchange(api, credential, { scope })
                  : await delegateSession(api, credential, { scope: [scope] }),
              ),
          });
        });
        after(() => running?.stop());

        describePredictions(world as PredictionWorld);
      });
    }
  });
}
