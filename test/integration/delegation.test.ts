import { expect } from 'chai';
import { delegatedCredential } from '../contract/suites/delegation.js';
import {
  ACTOR,
  delegateSession,
  EXCHANGE,
  exchange,
  newcomer,
  OPERATOR_TOKEN,
  postForm,
} from '../contract/world.js';
import { type Answer, ApiClient, type Credential, expectProblem } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type RunningService, startService } from '../support/service.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

const TEXT = { title: 'A title', body: 'A body.' };

/** What is refused and how long it lasts. What a delegate may do is asked of every strategy in the contract. */
describe('handing on', () => {
  let services: ServicesOnStores;
  let jwt: ApiClient;
  /** Access tokens end before a delegated one might. */
  let brief: ApiClient;
  let session: ApiClient;

  before(async () => {
    services = await openServicesOnStores({
      DELEGATE_CLIENTS: `${ACTOR},other-client`,
      OPERATOR_TOKEN,
    });
    [jwt, brief, session] = await Promise.all([
      services.start({ AUTH_STRATEGY: 'jwt', DELEGATED_TTL_SECONDS: '60' }),
      services.start({ AUTH_STRATEGY: 'jwt', ACCESS_TOKEN_TTL_SECONDS: '20' }),
      services.start({ AUTH_STRATEGY: 'session', DELEGATED_TTL_SECONDS: '2' }),
    ]);
  });

  after(() => services?.close());

  describe('by token exchange (RFC 8693)', () => {
    const claimsOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
    const tokenOf = (credential: Credential) =>
      (credential.authorization ?? '').split(' ')[1] ?? '';

    it('answers a token that says who acts for whom, for what, and no refresh token', async () => {
      const { account, credential } = await newcomer(jwt, 'giver');
      const answer = await exchange(jwt, credential);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect(answer.body).to.have.all.keys(
        'access_token',
        'issued_token_type',
        'token_type',
        'expires_in',
        'scope',
      );
      expect(answer.body).to.include({
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        scope: 'posts:write',
      });
      const claims = claimsOf(answer.body.access_token);
      const subject = claimsOf(tokenOf(credential));
      expect(claims).to.deep.include({
        sub: String(account.id),
        act: { sub: ACTOR },
        client_id: ACTOR,
        scope: 'posts:write',
        aud: 'session-token-lab-api/posts',
      });
      expect(claims.jti).to.not.equal(subject.jti);
    });

    it('lasts as long as was set at most, and never longer than the token it came from', async () => {
      for (const [api, seconds] of [
        [jwt, 60],
        [brief, 20],
      ] as const) {
        const { credential } = await newcomer(api, 'giver');
        const { body } = await exchange(api, credential);
        const claims = claimsOf(body.access_token);
        expect(claims.exp - claims.iat).to.be.within(seconds - 2, seconds);
        expect(claims.exp).to.be.at.most(claimsOf(tokenOf(credential)).exp);
        expect(body.expires_in).to.be.within(seconds - 3, seconds);
      }
    });

    it('is refused where it would widen anything', async () => {
      const { credential } = await newcomer(jwt, 'giver');
      const refused: [Readonly<Record<string, string>>, string, string][] = [
        [{ scope: 'posts:write account' }, 'invalid_scope', 'invalid_scope'],
        [{ scope: 'account' }, 'invalid_scope', 'invalid_scope'],
        [{ scope: ' posts:write' }, 'invalid_scope', 'invalid_scope'],
        [{ audience: 'session-token-lab-api' }, 'invalid_target', 'invalid_target'],
        [{ audience: 'another-api' }, 'invalid_target', 'invalid_target'],
        [{ client_id: 'somebody' }, 'delegation_refused', 'invalid_request'],
        [{ subject_token: 'x' }, 'delegation_refused', 'invalid_request'],
        [{ subject_token_type: 'urn:x' }, 'invalid_request', 'invalid_request'],
        [{ requested_token_type: 'urn:x' }, 'invalid_request', 'invalid_request'],
        [{ scope: '' }, 'invalid_request', 'invalid_request'],
        [{ client_id: '' }, 'invalid_request', 'invalid_request'],
        [{ grant_type: 'password' }, 'unsupported_grant_type', 'unsupported_grant_type'],
      ];
      for (const [parts, code, error] of refused) {
        const answer = await exchange(jwt, credential, parts);
        expectProblem(answer, 400, code);
        expect(answer.body.error).to.equal(error);
      }
      const narrow = await exchange(jwt, credential, { audience: 'session-token-lab-api/posts' });
      expect(narrow.status).to.equal(200);
    });

    it('cannot go on from there: not to another, not to the same, not for more time', async () => {
      const { credential } = await newcomer(jwt, 'giver');
      const delegate = delegatedCredential(await exchange(jwt, credential));
      for (const client_id of [ACTOR, 'other-client']) {
        const answer = await exchange(jwt, delegate, { client_id });
        expectProblem(answer, 400, 'delegation_refused');
      }
    });

    it('takes each parameter once, in a form', async () => {
      const twice = await jwt.call('POST', '/auth/token', {
        body: `grant_type=${encodeURIComponent(EXCHANGE)}&scope=posts:write&scope=posts:read`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expectProblem(twice, 400, 'invalid_request');
      const json = await jwt.call('POST', '/auth/token', { body: { grant_type: EXCHANGE } });
      expectProblem(json, 415, 'unsupported_media_type');
      expectProblem(await postForm(jwt, '/auth/token', {}), 400, 'invalid_request');
    });

    it('does not take a refresh token for the subject', async () => {
      const { answer, credential } = await newcomer(jwt, 'giver');
      const refused = await exchange(jwt, credential, { subject_token: answer.body.refresh_token });
      expectProblem(refused, 400, 'delegation_refused');
    });
  });

  describe('by a session that can do less', () => {
    const write = (credential: Credential): Promise<Answer> =>
      session.call('POST', '/posts', { credential, body: TEXT });

    it('is listed with the others, says for whom, and is ended like them', async () => {
      const { credential } = await newcomer(session, 'giver');
      const answer = await delegateSession(session, credential);
      expect(answer.status).to.equal(201);
      expect(answer.body).to.have.all.keys(
        'cookie',
        'value',
        'expiresIn',
        'loginId',
        'actor',
        'scope',
      );
      expect(answer.headers.getSetCookie(), 'the user keeps their own').to.deep.equal([]);
      const list = await session.call('GET', '/auth/sessions', { credential });
      expect(list.body.items).to.have.length(2);
      expect(list.body.items[1]).to.deep.include({
        id: answer.body.loginId,
        current: false,
        actor: ACTOR,
        scope: ['posts:write'],
      });
      const delegate = delegatedCredential(answer);
      expect((await write(delegate)).status).to.equal(201);
      const path = `/auth/sessions/${answer.body.loginId}`;
      expect((await session.call('DELETE', path, { credential })).status).to.equal(204);
      expectProblem(await write(delegate), 401, 'credential_invalid');
      expect((await write(credential)).status).to.equal(201);
    });

    it('does not outlive the session it came from', async () => {
      const api = await services.start({
        AUTH_STRATEGY: 'session',
        SESSION_ABSOLUTE_SECONDS: '10',
      });
      const answer = await delegateSession(api, (await newcomer(api, 'giver')).credential);
      expect(answer.body.expiresIn).to.be.within(1, 10);
    });

    it('lasts as long as was set, however much it is used, and gets no new cookie', async () => {
      const { credential } = await newcomer(session, 'giver');
      const startedAt = performance.now();
      const answer = await delegateSession(session, credential);
      // Whole seconds, and no more than are left when it is answered.
      expect(answer.body.expiresIn).to.be.within(1, 2);
      const delegate = delegatedCredential(answer);
      let lastSuccessSeconds = 0;
      await eventually(async () => {
        const askedAt = performance.now();
        const { status, headers } = await write(delegate);
        expect(headers.getSetCookie()).to.deep.equal([]);
        if (status === 201) {
          lastSuccessSeconds = (askedAt - startedAt) / 1000;
        }
        return status === 401;
      }, 'the end of the delegated session');
      expect(lastSuccessSeconds).to.be.within(1, 3);
    });

    it('is refused to strangers and for what cannot be handed on', async () => {
      const { credential } = await newcomer(session, 'giver');
      const refused: [Readonly<Record<string, unknown>>, number, string][] = [
        [{ client: 'somebody' }, 400, 'delegation_refused'],
        [{ scope: ['account'] }, 422, 'validation_failed'],
        [{ scope: [] }, 422, 'validation_failed'],
        [{ scope: 'posts:write' }, 422, 'validation_failed'],
      ];
      for (const [parts, status, code] of refused) {
        expectProblem(await delegateSession(session, credential, parts), status, code);
      }
    });

    it('needs a page of this site, as every change does', async () => {
      const { credential } = await newcomer(session, 'giver');
      const answer = await session.call('POST', '/auth/sessions/delegated', {
        credential,
        body: { client: ACTOR, scope: ['posts:write'] },
        headers: { 'sec-fetch-site': 'cross-site' },
      });
      expectProblem(answer, 403, 'cross_site_request');
    });
  });
});

describe('an instance that only verifies', () => {
  let database: TestDatabase;
  let services: RunningService[] = [];
  let issuer: ApiClient;
  let verifier: ApiClient;

  before(async () => {
    database = await createTestDatabase();
    const variables = { AUTH_STRATEGY: 'jwt-es256', DATABASE_URL: database.url };
    services = [await startService(variables)];
    issuer = new ApiClient((services[0] as RunningService).url);
    services.push(
      await startService({
        ...variables,
        TOKEN_SECRET: '',
        JWKS_URL: `${issuer.url}/.well-known/jwks.json`,
      }),
    );
    verifier = new ApiClient((services[1] as RunningService).url);
  });

  after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database?.drop();
  });

  it('takes what the other signed, and makes nothing', async () => {
    const { account, answer, credential } = await newcomer(issuer, 'reader');
    const shown = await verifier.call('GET', '/me', { credential });
    expect(shown.body.id).to.equal(account.id);
    const refused = [
      await verifier.login(account.email, account.password),
      await verifier.call('POST', '/auth/refresh', {
        body: { refresh_token: answer.body.refresh_token },
      }),
      await exchange(verifier, credential),
      await verifier.call('GET', '/.well-known/jwks.json'),
    ];
    for (const each of refused) {
      expectProblem(each, 404, 'not_supported');
    }
    // Nothing was spent.
    const refreshed = await issuer.call('POST', '/auth/refresh', {
      body: { refresh_token: answer.body.refresh_token },
    });
    expect(refreshed.status).to.equal(200);
  });

  it('changes no password, for it could not answer with a new credential', async () => {
    const { account, credential } = await newcomer(issuer, 'changer');
    const answer = await verifier.call('PUT', '/me/password', {
      credential,
      body: { currentPassword: account.password, newPassword: 'another good one' },
    });
    expectProblem(answer, 404, 'not_supported');
    expect((await issuer.login(account.email, account.password)).status).to.equal(200);
  });
});
