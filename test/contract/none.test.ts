import { expect } from 'chai';
import { ApiClient, expectProblem } from '../support/api-client.js';
import { type RunningService, runEntry, startService } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

describe('the control under AUTH_STRATEGY=none', () => {
  let database: TestDatabase;
  let service: RunningService;
  let api: ApiClient;

  before(async () => {
    database = await createTestDatabase();
    service = await startService({ AUTH_STRATEGY: 'none', DATABASE_URL: database.url });
    api = new ApiClient(service.url);
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
  });

  const claim = (value: unknown) => ({
    authorization: `Unverified ${Buffer.from(JSON.stringify(value)).toString('base64url')}`,
  });

  it('believes whoever the header says it is', async () => {
    const somebody = { id: 7, email: 'anyone@example.test', name: 'Anyone' };
    const answer = await api.call('GET', '/me', { credential: claim(somebody) });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal(somebody);
  });

  for (const value of [
    null,
    [],
    'text',
    { id: '7', email: 'a', name: 'b' },
    { id: 1.5, email: 'a', name: 'b' },
    { id: 7 },
    { id: 0, email: 'a', name: 'b' },
    { id: 2_147_483_648, email: 'a', name: 'b' },
    { id: 9_999_999_999, email: 'a', name: 'b' },
    { id: 1e300, email: 'a', name: 'b' },
    { id: 7, email: 'nul \u0000', name: 'b' },
    { id: 7, email: 'half a pair \ud800', name: 'b' },
    { id: 7, email: 'a', name: 'nul \u0000' },
  ]) {
    it(`refuses a header that holds ${JSON.stringify(value)}`, async () => {
      const answer = await api.call('GET', '/me', { credential: claim(value) });
      expectProblem(answer, 401, 'credential_invalid');
    });
  }

  it('writes nothing for a user that is not there, up to the largest id there is', async () => {
    const credential = claim({ id: 2_147_483_647, email: 'a', name: 'b' });
    const body = { title: 'Title', body: 'Text' };
    const answer = await api.call('POST', '/posts', { credential, body });
    expectProblem(answer, 401, 'account_gone');
  });

  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.test']) {
    it(`refuses to listen on ${host}`, async () => {
      const result = await runEntry('main', {
        AUTH_STRATEGY: 'none',
        DATABASE_URL: database.url,
        HOST: host,
        PORT: '0',
      });
      expect(result.code).to.equal(1);
      expect(result.stderr).to.match(/^config_invalid: HOST must be loopback for none.*\n$/);
    });
  }
});
