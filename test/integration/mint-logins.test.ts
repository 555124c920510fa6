import { expect } from 'chai';
import {
  type Fleet,
  instanceEnvironment,
  serviceCompanion,
  startFleet,
} from '../../bench/fleet/fleet.js';
import {
  describeService,
  mintLogins,
  type SeededData,
  seedDatabase,
} from '../../bench/fleet/service-commands.js';
import { credentialOf } from '../../bench/load/credentials.js';
import type { DescribedStrategy } from '../../bench/model/result-schema.js';
import { type Guardian, startGuardian } from '../../bench/processes/guardian/guardian.js';
import { AUTHORITY_SECRET, runEntry, TOKEN_SECRET } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { ON_CLUSTER } from '../support/strategies-under-test.js';
import { BUCKET_SECRET, TEST_REDIS } from '../support/test-redis.js';

const USERS = 60;

const isUnderTest = ({ name }: DescribedStrategy) =>
  TEST_REDIS.kind === 'one' || ON_CLUSTER.includes(name);

describe('logins without passwords, by the code of the service', () => {
  let database: TestDatabase;
  let guardian: Guardian;
  let seeded: SeededData;
  let strategies: DescribedStrategy[];
  let environment: Record<string, string>;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;

  before(async () => {
    database = await createTestDatabase();
    redis = await createTestRedis();
    guardian = await startGuardian();
    seeded = await seedDatabase(database.url, { users: USERS + 1, posts: 1 }, guardian);
    strategies = await describeService();
    environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
      AUTHORITY_SECRET: AUTHORITY_SECRET.toString('base64url'),
      REDIS_BUCKET_SECRET: BUCKET_SECRET.toString('base64url'),
      LOG_LEVEL: 'silent',
    };
  });
  after(async () => {
    await guardian?.stop();
    redis?.close();
    await database?.drop();
  });

  const start = ({ name, companions }: DescribedStrategy): Promise<Fleet> =>
    startFleet({
      ...{ strategy: name, instances: 1, environment, guardian },
      companions: companions.map(serviceCompanion),
    });

  it('are taken by every strategy as logins of these users, and end with a logout', async () => {
    const shared = strategies.filter(({ stateIn }) => stateIn !== 'instance').filter(isUnderTest);
    expect(shared.length).to.be.at.least(TEST_REDIS.kind === 'one' ? 9 : ON_CLUSTER.length);
    for (const strategy of shared) {
      const fleet = await start(strategy);
      try {
        const origin = fleet.instances[0]?.origin as string;
        const own = instanceEnvironment(strategy.name, fleet.companions);
        const logins = await mintLogins({ ...environment, ...own }, USERS, guardian);
        expect(logins.map(({ userId }) => userId)).to.deep.equal(
          seeded.users.slice(0, USERS).map(({ id }) => id),
        );
        const headers = logins.map(({ token, cookies }) => credentialOf(token, cookies));
        for (const index of [0, USERS - 1]) {
          const answer = await fetch(`${origin}/me`, { headers: headers[index] ?? {} });
          expect(answer.status, strategy.name).to.equal(200);
          expect(await answer.json()).to.include({ email: seeded.users[index]?.email });
        }
        const out = { method: 'POST', headers: headers[0] ?? {} };
        expect((await fetch(`${origin}/auth/logout`, out)).status, strategy.name).to.equal(204);
        if (strategy.revocation !== 'at-once') continue;
        const after = await fetch(`${origin}/me`, { headers: headers[0] ?? {} });
        expect(after.status, strategy.name).to.equal(401);
      } finally {
        await fleet.stop();
      }
    }
  }).timeout(120_000);

  it('are refused where an instance alone knows its logins, and in production', async () => {
    const memory = { ...environment, AUTH_STRATEGY: 'session-memory', HOST: '127.0.0.1' };
    const bound = await runEntry('mint-logins', memory);
    expect(bound.code).to.equal(1);
    expect(bound.stderr).to.match(/^mint_refused: logins of session-memory .+\n$/);
    const production = await runEntry('mint-logins', {
      ...{ ...environment, AUTH_STRATEGY: 'jwt', NODE_ENV: 'production' },
    });
    expect(production.code).to.equal(1);
    expect(production.stderr).to.match(/^mint_refused: NODE_ENV is production/);
  });
});
