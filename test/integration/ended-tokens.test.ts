import { expect } from 'chai';
import { me, newcomer, OPERATOR_TOKEN } from '../contract/world.js';
import {
  type ApiClient,
  type Credential,
  credentialOf,
  expectProblem,
} from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { createRedisGate } from '../support/redis-gate.js';
import type { Variables } from '../support/service.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { signToken, TOKEN_KEYS } from '../support/signed-token.js';
import type { TcpGate } from '../support/tcp-gate.js';

/** What ended stays ended, whatever became of the places in which that was written down. */
describe('tokens that were ended', () => {
  let services: ServicesOnStores;
  let gate: TcpGate;

  before(async () => {
    services = await openServicesOnStores({ OPERATOR_TOKEN, REFRESH_REPLAY_SECONDS: '0' });
    gate = await createRedisGate(services.redis.url);
  });

  afterEach(() => services.stopAll());

  after(async () => {
    await gate?.shut();
    await services?.close();
  });

  const start = (variables: Variables) => services.start({ REDIS_URL: gate.url, ...variables });

  async function logOut(api: ApiClient, credential: Credential): Promise<void> {
    const answer = await api.call('POST', '/auth/logout', { credential });
    expect(answer.status).to.equal(204);
  }

  it('can be ended at a second instance that has not heard of it (jwt-cached)', async () => {
    const first = await start({ AUTH_STRATEGY: 'jwt-cached' });
    const second = await start({ AUTH_STRATEGY: 'jwt-cached' });
    const { credential } = await newcomer(first, 'leaver');
    await logOut(first, credential);
    expect((await me(second, credential)).status).to.equal(200);
    await logOut(second, credential);
    expectProblem(await me(second, credential), 401, 'credential_invalid');
  });

  it('can be ended again when Redis has lost its data (jwt-denylist)', async () => {
    const api = await start({ AUTH_STRATEGY: 'jwt-denylist' });
    const { credential } = await newcomer(api, 'leaver');
    await logOut(api, credential);
    await services.redis.client.flushdb();
    expect((await me(api, credential)).status).to.equal(200);
    await logOut(api, credential);
    expectProblem(await me(api, credential), 401, 'credential_invalid');
  });

  it('end with their login when the reuse of a refresh token was noticed while Redis was away', async () => {
    const api = await start({ AUTH_STRATEGY: 'jwt-denylist' });
    const { account } = await newcomer(api, 'robbed');
    const login = await api.login(account.email, account.password);
    const spent = login.body.refresh_token;
    const refresh = () => api.call('POST', '/auth/refresh', { body: { refresh_token: spent } });
    const stolen = credentialOf(await refresh());

    await gate.shut();
    await eventually(async () => (await me(api, stolen)).status === 503, 'Redis is away');
    expect((await refresh()).status).to.equal(503);
    await gate.open();
    await eventually(async () => (await me(api, stolen)).status === 200, 'Redis is back');

    expectProblem(await refresh(), 400, 'refresh_invalid');
    expectProblem(await me(api, stolen), 401, 'credential_invalid');
  });

  it('are not outlived by what the denylist remembers of them: older ones are refused', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const long = { claims: { iat: seconds - 400, exp: seconds + 3600 } };
    const credential = { authorization: `Bearer ${await signToken(long)}` };
    const denying = await start({ AUTH_STRATEGY: 'jwt-denylist', TOKEN_KEYS });
    expectProblem(await me(denying, credential), 401, 'credential_invalid');
    const longer = await start({
      AUTH_STRATEGY: 'jwt-denylist',
      TOKEN_KEYS,
      ACCESS_TOKEN_TTL_SECONDS: '3600',
    });
    expect((await me(longer, credential)).status).to.equal(200);
  });
});
