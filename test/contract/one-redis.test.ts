import { expect } from 'chai';
import { type ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { type RunningService, startAuthority } from '../support/service.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { me } from './world.js';

describe('sessions and reference tokens in one Redis', () => {
  let services: ServicesOnStores;
  let authority: RunningService;
  let sessions: ApiClient;
  let tokens: ApiClient;
  let own: { session: Credential; token: Credential };

  before(async () => {
    services = await openServicesOnStores();
    const { database, redis } = services;
    authority = await startAuthority({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    [sessions, tokens] = await Promise.all([
      services.start({ AUTH_STRATEGY: 'session' }),
      services.start({ AUTH_STRATEGY: 'opaque', AUTHORITY_URL: authority.url }),
    ]);
    const account = await sessions.register('both');
    own = { session: await sessions.logIn(account), token: await tokens.logIn(account) };
  });

  after(async () => {
    await services?.close();
    await authority?.stop();
  });

  it('are not taken for each other', async () => {
    const [cookie = '', secret = ''] = own.session.cookie?.split('=') ?? [];
    const token = own.token.authorization?.split(' ')[1] ?? '';
    const asToken = await me(tokens, { authorization: `Bearer ${secret}` });
    expectProblem(asToken, 401, 'credential_invalid');
    expectProblem(await me(sessions, { cookie: `${cookie}=${token}` }), 401, 'credential_invalid');
    expect((await me(sessions, own.session)).status).to.equal(200);
    expect((await me(tokens, own.token)).status).to.equal(200);
  });

  it('are not listed with, and not ended with, each other', async () => {
    const list = async (api: ApiClient, credential: Credential) =>
      (await api.call('GET', '/auth/sessions', { credential })).body.items.length;
    expect(await list(sessions, own.session)).to.equal(1);
    expect(await list(tokens, own.token)).to.equal(1);
    await sessions.call('DELETE', '/auth/sessions', { credential: own.session });
    expect((await me(tokens, own.token)).status).to.equal(200);
  });
});
