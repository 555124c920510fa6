import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { type Answer, ApiClient, expectProblem } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { freeze, thaw } from '../support/freeze.js';
import {
  AUTHORITY_SECRET,
  type RunningService,
  runEntry,
  startAuthority,
  startService,
  type Variables,
} from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';
import { BUCKET_SECRET } from '../support/test-redis.js';

const ANSWER_WITHIN_MS = 500;
const BACK_WITHIN_MS = 2000;
const UNKNOWN_TOKEN = 'A'.repeat(43);
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

describe('a reference token under AUTH_STRATEGY=opaque', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let variables: Variables;
  let authority: RunningService;
  let service: RunningService;
  let api: ApiClient;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    variables = { AUTH_STRATEGY: 'opaque', DATABASE_URL: database.url, REDIS_URL: redis.url };
    authority = await startAuthority({ ...variables, COUNTERS: 'on' });
    // No REDIS_URL: the instance needs the authority and the database.
    service = await startService({
      AUTH_STRATEGY: 'opaque',
      DATABASE_URL: database.url,
      AUTHORITY_URL: authority.url,
    });
    api = new ApiClient(service.url);
  });

  after(async () => {
    await service?.stop();
    await authority?.stop();
    await database?.drop();
    redis?.close();
  });

  async function tokenOfNewUser(label = 'ada') {
    const user = await api.register(label);
    const { body } = await api.login(user.email, user.password);
    return { user, token: body.access_token as string, answer: body };
  }

  const me = (token: string) =>
    api.call('GET', '/me', { credential: { authorization: `Bearer ${token}` } });

  const form = (url: string, path: string, fields: Record<string, string>, authorization = '') =>
    new ApiClient(url).call('POST', path, {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization === '' ? {} : { authorization }),
      },
    });
  const ours = `Bearer ${AUTHORITY_SECRET.toString('base64url')}`;
  const introspect = (token: string, authorization = ours) =>
    form(authority.url, '/introspect', { token }, authorization);
  const exchange = (fields: Record<string, string>) =>
    form(service.url, '/auth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: ACCESS_TOKEN,
      client_id: 'post-scheduler',
      scope: 'posts:write',
      ...fields,
    });

  it('is answered with how long it lives unused, and cannot be refreshed', async () => {
    const { answer, token } = await tokenOfNewUser();
    expect(answer).to.have.all.keys('access_token', 'token_type', 'expires_in');
    expect(answer.token_type).to.equal('Bearer');
    expect(answer.expires_in).to.be.within(1797, 1800);
    const { exp, iat } = (await introspect(token)).body;
    expect(iat + answer.expires_in).to.be.at.most(exp);
    const refreshed = await api.call('POST', '/auth/refresh', {
      body: { refresh_token: answer.access_token },
    });
    expectProblem(refreshed, 404, 'not_supported');
  });

  it('is not in Redis, where only its hash is', async () => {
    const { token } = await tokenOfNewUser();
    const keys = await redis.client.keys('*');
    const values = await Promise.all(keys.map((key) => redis.client.get(key).catch(() => '')));
    expect(JSON.stringify([keys, values])).to.not.include(token);
  });

  it('costs one call to the authority a request, and none when it cannot be a token', async () => {
    const { token } = await tokenOfNewUser();
    const calls = async () => {
      const { body } = await new ApiClient(authority.url).call('GET', '/counters');
      return body.requests.completed as number;
    };
    const before = await calls();
    for (let count = 0; count < 10; count += 1) {
      expect((await me(token)).status).to.equal(200);
    }
    for (const nonsense of [`${token}=`, token.slice(1), 'a.b.c', '%00', 'A'.repeat(8000)]) {
      const answer = await me(nonsense);
      expectProblem(answer, 401, 'credential_invalid');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
    }
    expect((await calls()) - before).to.equal(10);
  });

  describe('at the authority', () => {
    it('is described as RFC 7662 has it', async () => {
      const { user, token } = await tokenOfNewUser();
      const answer = await introspect(token);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.match(/^application\/json/);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.body).to.include({
        active: true,
        sub: String(user.id),
        email: user.email,
        name: user.name,
        client_id: 'first-party',
        token_type: 'Bearer',
      });
      expect(answer.body.exp - answer.body.iat).to.equal(1800);
    });

    it('is not described when it is unknown, ended or misspelled: all look alike', async () => {
      const { token } = await tokenOfNewUser();
      await api.call('POST', '/auth/logout', { credential: { authorization: `Bearer ${token}` } });
      for (const other of [token, UNKNOWN_TOKEN, 'x', `${token}=`]) {
        const answer = await introspect(other);
        expect(answer.status).to.equal(200);
        expect(answer.body).to.deep.equal({ active: false });
      }
    });

    it('is described to nobody who does not hold the secret', async () => {
      const { user, token } = await tokenOfNewUser();
      const wrong = `Bearer ${Buffer.alloc(32, 9).toString('base64url')}`;
      expectProblem(await introspect(token, ''), 401, 'credential_missing');
      for (const other of [wrong, `Bearer ${token}`, 'Bearer x', `${ours}A`]) {
        expectProblem(await introspect(token, other), 401, 'credential_invalid');
      }
      const outside = new ApiClient(authority.url);
      const calls = [
        ['POST', '/revoke'],
        ['POST', `/users/${user.id}/logins`],
        ['GET', `/users/${user.id}/logins`],
        ['DELETE', `/users/${user.id}/logins`],
        ['DELETE', `/users/${user.id}/logins/x`],
      ] as const;
      for (const [method, path] of calls) {
        expectProblem(await outside.call(method, path), 401, 'credential_missing');
        const credential = { authorization: wrong };
        expectProblem(await outside.call(method, path, { credential }), 401, 'credential_invalid');
      }
      expect((await me(token)).status).to.equal(200);
    });

    it('has to be named, once and in a form', async () => {
      const nameless = await form(authority.url, '/introspect', { other: 'x' }, ours);
      expectProblem(nameless, 400, 'invalid_request');
      const json = await new ApiClient(authority.url).call('POST', '/introspect', {
        body: { token: UNKNOWN_TOKEN },
        headers: { authorization: ours },
      });
      expectProblem(json, 415, 'unsupported_media_type');
      const get = await new ApiClient(authority.url).call('GET', '/introspect');
      expectProblem(get, 405, 'method_not_allowed');
    });
  });

  it('ends at once when it is revoked, and an unknown one is no error (RFC 7009)', async () => {
    const { token } = await tokenOfNewUser();
    for (const other of [UNKNOWN_TOKEN, 'x', token, token]) {
      const answer = await form(service.url, '/auth/revoke', { token: other });
      expect(answer.status).to.equal(200);
    }
    expectProblem(await me(token), 401, 'credential_invalid');
  });

  describe('exchanged for one that somebody else holds (RFC 8693)', () => {
    it('allows what was asked for, says who acts, and lives shorter', async () => {
      const { user, token } = await tokenOfNewUser();
      const { status, body } = await exchange({ subject_token: token });
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(body).to.include({
        token_type: 'Bearer',
        issued_token_type: ACCESS_TOKEN,
        scope: 'posts:write',
      });
      expect(body.expires_in).to.be.within(118, 120);
      expect((await introspect(body.access_token)).body).to.deep.include({
        sub: String(user.id),
        client_id: 'post-scheduler',
        scope: 'posts:write',
        act: { sub: 'post-scheduler' },
      });

      const credential = { authorization: `Bearer ${body.access_token}` };
      const post = { title: 'Planned', body: 'For today.' };
      const written = await api.call('POST', '/posts', { credential, body: post });
      expect(written.status).to.equal(201);
      expectProblem(await api.call('GET', '/posts', { credential }), 403, 'insufficient_scope');
      expectProblem(await me(body.access_token), 403, 'insufficient_scope');
    });

    it('cannot be exchanged again, nor be for more than is handed on', async () => {
      const { token } = await tokenOfNewUser();
      const { body } = await exchange({ subject_token: token });
      const refused: [Record<string, string>, string][] = [
        [{ subject_token: body.access_token }, 'delegation_refused'],
        [{ subject_token: UNKNOWN_TOKEN }, 'delegation_refused'],
        [{ subject_token: token, client_id: 'somebody' }, 'delegation_refused'],
        [{ subject_token: token, scope: 'posts:write account' }, 'invalid_scope'],
        [{ subject_token: token, audience: 'session-token-lab-api' }, 'invalid_target'],
      ];
      for (const [fields, code] of refused) {
        expectProblem(await exchange(fields), 400, code);
      }
    });

    it('is listed, and ends when its owner ends all logins', async () => {
      const { token } = await tokenOfNewUser();
      const { body } = await exchange({ subject_token: token });
      const credential = { authorization: `Bearer ${token}` };
      const { items } = (await api.call('GET', '/auth/sessions', { credential })).body;
      expect(items).to.have.length(2);
      expect(items[1]).to.deep.include({ actor: 'post-scheduler', scope: ['posts:write'] });

      const path = '/auth/sessions?except=current';
      expect((await api.call('DELETE', path, { credential })).status).to.equal(204);
      expect((await introspect(body.access_token)).body).to.deep.equal({ active: false });
      expect((await me(token)).status).to.equal(200);
    });
  });

  it('ends when a login of that name is ended, and no other name does anything', async () => {
    const { token } = await tokenOfNewUser();
    const credential = { authorization: `Bearer ${token}` };
    const [{ id }] = (await api.call('GET', '/auth/sessions', { credential })).body.items;
    for (const other of ['x', '..', 'A'.repeat(22), 'A'.repeat(12_000)]) {
      const answer = await api.call('DELETE', `/auth/sessions/${other}`, { credential });
      expectProblem(answer, 404, 'not_found');
    }
    const ended = await api.call('DELETE', `/auth/sessions/${id}`, { credential });
    expect(ended.status).to.equal(204);
    expectProblem(await me(token), 401, 'credential_invalid');
  });

  describe('when the authority is in trouble', () => {
    async function inTime(request: Promise<Answer>): Promise<Answer> {
      const startedAt = performance.now();
      const answer = await request;
      expect(performance.now() - startedAt, 'milliseconds').to.be.below(ANSWER_WITHIN_MS);
      return answer;
    }

    async function expectAway(token: string, email: string, password: string): Promise<void> {
      // The first finds out, the others know already.
      const many = Array.from({ length: 30 }, () => inTime(me(token)));
      for (const answer of [...(await Promise.all(many)), await inTime(me(token))]) {
        expectProblem(answer, 503, 'authority_unavailable');
        expect(answer.headers.get('retry-after')).to.equal('1');
      }
      expectProblem(await inTime(api.login(email, password)), 503, 'authority_unavailable');
      expectProblem(await inTime(api.call('GET', '/readyz')), 503, 'authority_unavailable');
      expect((await inTime(api.call('GET', '/livez'))).status).to.equal(200);
      expectProblem(await inTime(me('x')), 401, 'credential_invalid');
      expectProblem(await inTime(api.call('GET', '/me')), 401, 'credential_missing');
    }

    const isBack = (token: string) =>
      eventually(async () => (await me(token)).status === 200, 'it works again', BACK_WITHIN_MS);

    it('answers in time while it is frozen, and works again when it thaws', async () => {
      const { user, token } = await tokenOfNewUser();
      freeze(authority.pid);
      try {
        await expectAway(token, user.email, user.password);
      } finally {
        thaw(authority.pid);
      }
      await isBack(token);
    });

    it('answers a login in time when it froze a moment ago', async () => {
      const { user, token } = await tokenOfNewUser();
      freeze(authority.pid);
      try {
        const answer = await inTime(api.login(user.email, user.password));
        expectProblem(answer, 503, 'authority_unavailable');
      } finally {
        thaw(authority.pid);
      }
      await isBack(token);
    });

    it('answers in time while it is down, and a restart of it ends no token', async () => {
      const { user, token } = await tokenOfNewUser();
      const { port } = new URL(authority.url);
      authority.signal('SIGTERM');
      expect(await authority.exited, 'idle connections do not hold it up').to.equal(0);
      await expectAway(token, user.email, user.password);
      authority = await startAuthority({ ...variables, PORT: port, COUNTERS: 'on' });
      await isBack(token);
    });

    it('takes an authority that does not know it for one that is away, never for a 401', async () => {
      const { token } = await tokenOfNewUser();
      const { port } = new URL(authority.url);
      await authority.stop();
      const other = Buffer.from(AUTHORITY_SECRET).reverse().toString('base64url');
      authority = await startAuthority({ ...variables, PORT: port, AUTHORITY_SECRET: other });
      try {
        await eventually(
          async () => (await api.call('GET', '/readyz')).status === 503,
          'it is not ready',
        );
        expectProblem(await me(token), 503, 'authority_unavailable');
      } finally {
        await authority.stop();
        authority = await startAuthority({ ...variables, PORT: port, COUNTERS: 'on' });
      }
      await isBack(token);
    });

    it('is waited for by an instance that starts while it does not answer', async () => {
      const { token } = await tokenOfNewUser();
      freeze(authority.pid);
      // Twice as long as a request waits for it, and more.
      const thawed = delay(2000).finally(() => thaw(authority.pid));
      const [another] = await Promise.all([
        startService({ ...variables, AUTHORITY_URL: authority.url }),
        thawed,
      ]).catch(async (error) => {
        await thawed;
        throw error;
      });
      try {
        const credential = { authorization: `Bearer ${token}` };
        const answer = await new ApiClient(another.url).call('GET', '/me', { credential });
        expect(answer.status).to.equal(200);
      } finally {
        await another.stop();
      }
    });

    it('does not start, and says why', async () => {
      const start = (changed: Variables) =>
        runEntry('main', {
          ...variables,
          PORT: '0',
          AUTHORITY_URL: authority.url,
          AUTHORITY_SECRET: AUTHORITY_SECRET.toString('base64url'),
          REDIS_BUCKET_SECRET: BUCKET_SECRET.toString('base64url'),
          ...changed,
        });
      const reversed = Buffer.from(AUTHORITY_SECRET).reverse().toString('base64url');
      const stranger = await start({ AUTHORITY_SECRET: reversed });
      expect(stranger.stderr).to.match(/^authority_unreachable: .*401.*AUTHORITY_SECRET/);
      expect(stranger.code).to.equal(1);
      const alone = await start({ AUTHORITY_URL: 'http://127.0.0.1:1' });
      expect(alone.stderr).to.match(/^authority_unreachable: AUTHORITY_URL: .*ECONNREFUSED/);
    });
  });
});
