import { expect } from 'chai';
import { ApiClient, type Credential } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

describe('the log', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  });

  after(async () => {
    await database?.drop();
    redis?.close();
  });

  async function runSome(strategy: string, level: string) {
    const service: RunningService = await startService({
      AUTH_STRATEGY: strategy,
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      LOG_LEVEL: level,
    });
    const api = new ApiClient(service.url);
    const ada = await api.register('ada');
    const credential: Credential = await api.logIn(ada);
    await api.call('GET', '/me?secret=in-the-query', { credential });
    await api.call('GET', '/me?last', { credential });
    return { service, ada, credential };
  }

  for (const strategy of ['session', 'jwt']) {
    it(`has one line a request at info, and no secret of ${strategy}`, async () => {
      const { service, ada, credential } = await runSome(strategy, 'trace');
      try {
        const requests = () =>
          service
            .stdout()
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line))
            .filter(({ msg }) => msg === 'request');
        await eventually(async () => requests().length >= 4, 'four lines');
        const lines = requests();
        expect(lines).to.have.length(4);
        expect(lines[2]).to.include({ method: 'GET', path: '/me', status: 200 });
        expect(lines[2].milliseconds).to.be.a('number');
        const secret = Object.values(credential)[0]?.split(/[ =]/)[1] as string;
        for (const word of [secret, ada.password, 'in-the-query']) {
          expect(service.stdout()).to.not.include(word);
        }
      } finally {
        await service.stop();
      }
    });
  }

  it('is empty but for the listening line at silent', async () => {
    const { service } = await runSome('jwt', 'silent');
    await service.stop();
    expect(service.stdout().trim().split('\n')).to.have.length(1);
    expect(service.stdout()).to.match(/^\{"listening":/);
  });
});
