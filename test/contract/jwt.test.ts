import { expect } from 'chai';
import { ApiClient, expectProblem } from '../support/api-client.js';
import { type RunningService, startService } from '../support/service.js';
import { assembleToken, signToken, TOKEN_KEYS, type TokenParts } from '../support/signed-token.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

for (const strategy of ['jwt', 'jwt-fast-jwt', 'jwt-jsonwebtoken']) {
  describe(`a token under AUTH_STRATEGY=${strategy}`, () => {
    let database: TestDatabase;
    let service: RunningService;
    let api: ApiClient;

    before(async () => {
      database = await createTestDatabase();
      // No REDIS_URL: nothing but the database is needed.
      service = await startService({
        AUTH_STRATEGY: strategy,
        DATABASE_URL: database.url,
        TOKEN_KEYS,
      });
      api = new ApiClient(service.url);
    });

    after(async () => {
      await service?.stop();
      await database?.drop();
    });

    const present = (token: string, scheme = 'Bearer') =>
      api.call('GET', '/me', { credential: { authorization: `${scheme} ${token}` } });

    it('is accepted when it is as the service makes them', async () => {
      const answer = await present(await signToken());
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({ id: 1, email: 'ada@example.test', name: 'Ada' });
    });

    it('is accepted with the scheme in any case, as RFC 9110 has it', async () => {
      expect((await present(await signToken(), 'bearer')).status).to.equal(200);
    });

    it('is issued with the claims of RFC 9068 and the life that was set', async () => {
      const ada = await api.register('ada');
      const askedAt = Date.now();
      const { body } = await api.login(ada.email, ada.password);
      expect(body).to.have.all.keys('access_token', 'token_type', 'expires_in', 'refresh_token');
      expect(body.token_type).to.equal('Bearer');
      const [header, claims] = body.access_token
        .split('.')
        .slice(0, 2)
        .map((part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()));
      expect(header).to.deep.equal({ alg: 'HS256', typ: 'at+jwt', kid: 'test' });
      expect(claims).to.include({
        iss: 'session-token-lab',
        aud: 'session-token-lab-api',
        sub: String(ada.id),
        email: ada.email,
        name: ada.name,
      });
      // The time of issue has milliseconds (not by fast-jwt), the end is a whole second.
      expect(claims.exp - claims.iat).to.be.within(299, 300);
      expect(body.expires_in, 'whole seconds, and no more than are left').to.be.within(298, 300);
      expect(askedAt / 1000 + body.expires_in).to.be.at.most(claims.exp);
      expect(claims).to.include({ client_id: 'first-party' });
      expect(claims.sid).to.be.a('string').with.length.above(16);
      expect(claims).to.not.have.any.keys('scope', 'act');
      expect(claims.jti).to.be.a('string').with.length.above(16);
    });

    const now = Math.floor(Date.now() / 1000);
    const refused: [string, TokenParts][] = [
      ['another key', { secret: new Uint8Array(32).fill(9) }],
      ['another issuer', { claims: { iss: 'someone-else' } }],
      ['no issuer', { claims: { iss: undefined } }],
      ['another audience', { claims: { aud: 'another-api' } }],
      ['no audience', { claims: { aud: undefined } }],
      ['the type of an ID token', { header: { typ: 'JWT' } }],
      ['no type', { header: { typ: undefined } }],
      ['an expiry in the past', { claims: { exp: now - 1 } }],
      ['no expiry', { claims: { exp: undefined } }],
      ['an expiry that is a string', { claims: { exp: String(now + 60) } }],
      ['no time of issue', { claims: { iat: undefined } }],
      ['a start in the future', { claims: { nbf: now + 3600 } }],
      ['no subject', { claims: { sub: undefined } }],
      ['a subject that is no number', { claims: { sub: 'admin' } }],
      ['no ID', { claims: { jti: undefined } }],
      ['no e-mail', { claims: { email: undefined } }],
      ['another algorithm of the same family', { header: { alg: 'HS512' } }],
    ];
    for (const [what, parts] of refused) {
      it(`is refused with ${what}`, async () => {
        const answer = await present(await signToken(parts));
        expectProblem(answer, 401, 'credential_invalid');
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
      });
    }

    const claims = {
      iss: 'session-token-lab',
      aud: 'session-token-lab-api',
      sub: '1',
      jti: 'x',
      iat: now,
      exp: now + 600,
      email: 'a@example.test',
      name: 'A',
    };
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'HS256 ']) {
      it(`is refused without a signature and alg ${JSON.stringify(alg)}`, async () => {
        const unsigned = assembleToken({ alg, typ: 'at+jwt' }, claims);
        expectProblem(await present(unsigned), 401, 'credential_invalid');
      });
    }

    it('is refused with an empty signature', async () => {
      const [header, payload] = (await signToken()).split('.');
      expectProblem(await present(`${header}.${payload}.`), 401, 'credential_invalid');
    });

    it('is refused when its header asks for an extension nobody knows', async () => {
      const token = assembleToken(
        { alg: 'HS256', typ: 'at+jwt', crit: ['x'], x: 1 },
        claims,
        'AAAA',
      );
      expectProblem(await present(token), 401, 'credential_invalid');
    });

    it('is not looked for under another scheme', async () => {
      const answer = await present(await signToken(), 'Basic');
      expectProblem(answer, 401, 'credential_missing');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer realm="api"');
    });

    it('of 1 MB is turned away before it is parsed, and the server lives on', async () => {
      const answer = await present('a'.repeat(1_000_000)).catch(() => undefined);
      expect(answer === undefined || answer.status === 431).to.equal(true);
      expect((await present(await signToken())).status).to.equal(200);
    });
  });
}
