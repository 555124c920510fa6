import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Account, ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { testBuckets } from '../support/test-redis.js';

describe('a session under AUTH_STRATEGY=session', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let service: RunningService;
  let shortLived: RunningService;
  let api: ApiClient;
  let ada: Account;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const variables = {
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
    };
    [service, shortLived] = await Promise.all([
      startService(variables),
      startService({ ...variables, SESSION_IDLE_SECONDS: '2', SESSION_ABSOLUTE_SECONDS: '3' }),
    ]);
    api = new ApiClient(service.url);
    ada = await api.register('ada');
  });

  after(async () => {
    await Promise.all([service?.stop(), shortLived?.stop()]);
    await database?.drop();
    redis?.close();
  });

  const idOf = (credential: Credential) => credential.cookie?.split('=')[1] ?? '';
  const keyOf = (credential: Credential) => {
    const id = createHash('sha256').update(idOf(credential)).digest('base64url').slice(0, 22);
    return `s:${testBuckets.tagOfLogin(id)}${id}`;
  };
  const me = (credential: Credential) => api.call('GET', '/me', { credential });

  it('is a cookie of 256 random bits with every mark but Secure, because loopback speaks plain HTTP', async () => {
    const [cookie = '', ...others] = (
      await api.login(ada.email, ada.password)
    ).headers.getSetCookie();
    expect(others, 'no signature beside it').to.deep.equal([]);
    const [pair, ...marks] = cookie.toLowerCase().split('; ');
    expect(pair).to.match(/^session=[a-z0-9_-]{43}$/);
    expect(marks.map((mark) => mark.split('=')[0])).to.have.members([
      'path',
      'expires',
      'samesite',
      'httponly',
    ]);
    expect(marks).to.include.members(['path=/', 'samesite=lax', 'httponly']);
  });

  it('is a Secure cookie with the __Host- prefix when COOKIE_SECURE is on', async () => {
    const secure = await startService({
      AUTH_STRATEGY: 'session',
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      COOKIE_SECURE: 'on',
    });
    try {
      const client = new ApiClient(secure.url);
      const answer = await client.login(ada.email, ada.password);
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).to.match(/^__Host-session=[\w-]{43}; path=\/; /);
      expect(cookie.split('; ')).to.include.members(['secure', 'httponly']);
      expect(cookie.toLowerCase()).to.not.include('domain=');
      const credential = { cookie: cookie.split(';')[0] as string };
      expect((await client.call('GET', '/me', { credential })).status).to.equal(200);
    } finally {
      await secure.stop();
    }
  });

  it('is in Redis under a hash, so that a copy of Redis opens no account', async () => {
    const credential = await api.logIn(ada);
    const stored = await redis.client.get(keyOf(credential));
    expect(stored).to.be.a('string').that.includes(ada.email);
    const everything = (await redis.client.keys('*')).join() + stored;
    expect(everything).to.not.include(idOf(credential));
  });

  it('gets a new ID at login, and the old one dies', async () => {
    const first = await api.logIn(ada);
    const answer = await api.login(ada.email, ada.password, first);
    const second = { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] as string };
    expect(second.cookie).to.not.equal(first.cookie);
    expectProblem(await me(first), 401, 'credential_invalid');
    expect((await me(second)).status).to.equal(200);
  });

  it('never takes an ID that somebody else chose', async () => {
    const planted = { cookie: `session=${'A'.repeat(43)}` };
    const answer = await api.login(ada.email, ada.password, planted);
    expect(answer.status).to.equal(200);
    expect(answer.headers.getSetCookie()[0]).to.not.include('A'.repeat(43));
    expectProblem(await me(planted), 401, 'credential_invalid');
  });

  it('is none when what Redis holds is not the record of a login', async () => {
    const credential = await api.logIn(ada);
    const record = JSON.parse((await redis.client.get(keyOf(credential))) ?? '');
    const [userId, ...rest] = record;
    for (const changed of [
      ...['9999999999', '2147483648', '0', `"${userId}"`, 'null', '1.5'].map(
        (id) => `[${id},${JSON.stringify(rest).slice(1)}`,
      ),
      JSON.stringify(record.with(1, 'nul \u0000')),
      JSON.stringify([...record, 'post-scheduler']),
      '{}',
      '[',
    ]) {
      await redis.client.set(keyOf(credential), changed, 'KEEPTTL');
      expectProblem(await me(credential), 401, 'credential_invalid');
    }
    await redis.client.set(keyOf(credential), JSON.stringify(record), 'KEEPTTL');
    expect((await me(credential)).status).to.equal(200);
  });

  it('clears the cookie at logout', async () => {
    const credential = await api.logIn(ada);
    const answer = await api.call('POST', '/auth/logout', { credential });
    expect(answer.headers.getSetCookie()[0]).to.match(
      /^session=; path=\/; expires=Thu, 01 Jan 1970/,
    );
    expect(await redis.client.exists(keyOf(credential))).to.equal(0);
  });

  it('costs no write while it is in the first half of its life', async () => {
    const credential = await api.logIn(ada);
    const before = await redis.client.pttl(keyOf(credential));
    const answer = await me(credential);
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
    expect(await redis.client.pttl(keyOf(credential))).to.be.at.most(before);
  });

  it('ends after the idle time, is renewed by use, and ends for good after the absolute time', async () => {
    const client = new ApiClient(shortLived.url);
    const [used, idle] = [await client.logIn(ada), await client.logIn(ada)];
    const startedAt = performance.now();
    let lastSuccessMs = 0;
    let renewals = 0;
    await eventually(async () => {
      const answer = await client.call('GET', '/me', { credential: used });
      if (answer.status === 200) {
        lastSuccessMs = performance.now() - startedAt;
        renewals += answer.headers.getSetCookie().length;
      }
      return answer.status === 401;
    }, 'the absolute timeout');
    expect(lastSuccessMs).to.be.within(2300, 3100);
    expect(renewals).to.be.at.least(1);
    const answer = await client.call('GET', '/me', { credential: idle });
    expectProblem(answer, 401, 'credential_invalid');
  });

  it('is not brought back to life by a renewal that raced a logout', async () => {
    const client = new ApiClient(shortLived.url);
    const credential = await client.logIn(ada);
    // Last seen 1.1 of 2 s ago, so that the next request renews; then deleted, as a logout in between does.
    const record = JSON.parse((await redis.client.get(keyOf(credential))) as string);
    record[4] = Date.now() - 1100;
    await redis.client.set(keyOf(credential), JSON.stringify(record), 'PX', 900);
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => client.call('GET', '/me', { credential })),
      client.call('POST', '/auth/logout', { credential }),
      ...Array.from({ length: 20 }, () => client.call('GET', '/me', { credential })),
    ]);
    expect(answers.map(({ status }) => status)).to.include(204);
    expect(await redis.client.exists(keyOf(credential))).to.equal(0);
    expectProblem(await client.call('GET', '/me', { credential }), 401, 'credential_invalid');
  });

  describe('against requests from other sites', () => {
    const text = { title: 'A title', body: 'A body' };
    const post = async (headers: Record<string, string>) =>
      api.call('POST', '/posts', { credential: await api.logIn(ada), body: text, headers });

    const refused: [string, Record<string, string>][] = [
      ['of another site', { 'sec-fetch-site': 'cross-site' }],
      ['of a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
      ['with the origin of another host', { origin: 'https://evil.example' }],
      ['with the origin null', { origin: 'null' }],
    ];
    for (const [what, headers] of refused) {
      it(`refuses to change anything for a page ${what}`, async () => {
        expectProblem(await post(headers), 403, 'cross_site_request');
      });
    }

    it('lets its own pages and clients without a browser through', async () => {
      for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: service.url }, {}]) {
        expect((await post(headers as Record<string, string>)).status).to.equal(201);
      }
    });

    it('lets anybody link to a page that only reads', async () => {
      const answer = await api.call('GET', '/me', {
        credential: await api.logIn(ada),
        headers: { 'sec-fetch-site': 'cross-site' },
      });
      expect(answer.status).to.equal(200);
    });

    it('refuses a login form that another site submits', async () => {
      const answer = await api.call('POST', '/auth/login', {
        body: { email: ada.email, password: ada.password },
        headers: { 'sec-fetch-site': 'cross-site' },
      });
      expectProblem(answer, 403, 'cross_site_request');
    });

    it('refuses a logout that another site submits', async () => {
      const credential = await api.logIn(ada);
      const headers = { 'sec-fetch-site': 'cross-site' };
      const answer = await api.call('POST', '/auth/logout', { credential, headers });
      expectProblem(answer, 403, 'cross_site_request');
      expect((await me(credential)).status).to.equal(200);
    });
  });

  it('keeps the cookie of a renewal when the request itself fails', async () => {
    const client = new ApiClient(shortLived.url);
    const credential = await client.logIn(ada);
    const record = JSON.parse((await redis.client.get(keyOf(credential))) as string);
    record[4] = Date.now() - 1100;
    await redis.client.set(keyOf(credential), JSON.stringify(record), 'PX', 900);
    const answer = await client.call('GET', '/posts/2147483647', { credential });
    expectProblem(answer, 404, 'not_found');
    expect(answer.headers.getSetCookie()[0]).to.include(idOf(credential));
  });
});
