import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { decodeProtectedHeader } from 'jose';
import { ApiClient, expectProblem } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import {
  type RunningService,
  runEntry,
  startService,
  TOKEN_SECRET,
} from '../../support/service.js';
import { assembleToken } from '../../support/signed-token.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

/** The shortest that rotate-keys takes with a refresh of one second. */
const PUBLISH_SECONDS = 21;
const USERS = 4;
const PAUSE_MS = 20;
/** Every so many requests a client takes a new token. */
const REFRESH_EVERY = 5;

interface Tokens {
  access_token: string;
  refresh_token: string;
}

describe('the rotation of keys under load', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  /** Two instances that make tokens, and one that has nothing but the address of the keys. */
  let issuers: RunningService[] = [];
  let verifier: RunningService;
  const secret = TOKEN_SECRET.toString('base64url');

  before(async () => {
    database = await createTestDatabase();
    const variables = {
      AUTH_STRATEGY: 'jwt-es256',
      DATABASE_URL: database.url,
      KEY_REFRESH_SECONDS: '1',
      // A busy machine makes PostgreSQL slow; what is asked here is whether keys fail a request.
      STORE_TIMEOUT_MS: '5000',
    };
    issuers = await Promise.all([startService(variables), startService(variables)]);
    verifier = await startService({
      ...variables,
      TOKEN_SECRET: '',
      JWKS_URL: `${issuers[0]?.url}/.well-known/jwks.json`,
    });
  });
  after(async () => {
    await Promise.all([...issuers, verifier].map((service) => service?.stop()));
    await database?.drop();
  });

  const me = (service: RunningService, token: string) =>
    new ApiClient(service.url).call('GET', '/me', {
      credential: { authorization: `Bearer ${token}` },
    });
  const kidOf = (token: string) => decodeProtectedHeader(token).kid as string;

  it('fails no request, neither where tokens are made nor where they are only verified', async () => {
    const failures: string[] = [];
    const requestsByKid: Record<string, number> = {};
    let loading = true;
    const latest: Tokens[] = [];

    async function client(number: number): Promise<void> {
      const home = new ApiClient((issuers[number % 2] as RunningService).url);
      const account = await home.register();
      let tokens: Tokens = (await home.login(account.email, account.password)).body;
      for (let turn = number; loading; turn++) {
        const service = [...issuers, verifier][turn % 3] as RunningService;
        const { status, body } = await me(service, tokens.access_token);
        const kid = kidOf(tokens.access_token);
        requestsByKid[kid] = (requestsByKid[kid] ?? 0) + 1;
        if (status !== 200 || body.id !== account.id) {
          failures.push(`GET /me at ${turn % 3}: ${status} ${body.code} with ${kid}`);
        }
        if (turn % REFRESH_EVERY === 0) {
          const maker = new ApiClient((issuers[turn % 2] as RunningService).url);
          const answer = await maker.call('POST', '/auth/refresh', {
            body: { refresh_token: tokens.refresh_token },
          });
          if (answer.status !== 200) {
            failures.push(`POST /auth/refresh: ${answer.status} ${answer.body.code}`);
            return;
          }
          tokens = answer.body;
        }
        latest[number] = tokens;
        await delay(PAUSE_MS);
      }
    }

    const clients = Promise.all(Array.from({ length: USERS }, (_, number) => client(number)));
    let first: Tokens;
    try {
      await eventually(
        async () => latest.filter(Boolean).length === USERS,
        'all logged in',
        10_000,
      );
      first = latest[0] as Tokens;
      const { code, stdout, stderr } = await runEntry('rotate-keys', {
        DATABASE_URL: database.url,
        TOKEN_SECRET: secret,
        KEY_REFRESH_SECONDS: '1',
        KEY_PUBLISH_SECONDS: String(PUBLISH_SECONDS),
      });
      expect(code, stderr).to.equal(0);
      const { rotated } = JSON.parse(stdout);
      expect(rotated.alg).to.equal('ES256');

      await delay(Date.parse(rotated.signsFrom) - Date.now() - 500);
      expect(Object.keys(requestsByKid), 'still the old one').to.deep.equal([
        kidOf(first.access_token),
      ]);
      await eventually(
        async () => latest.every(({ access_token }) => kidOf(access_token) === rotated.kid),
        'all tokens are of the new key',
      );
      await delay(1500);
      for (const service of [...issuers, verifier]) {
        expect((await me(service, first.access_token)).status, 'an old token').to.equal(200);
      }

      // What comes when the last old token has died, without the wait of six minutes.
      await database.query('UPDATE signing_keys SET ends_at = now() WHERE kid <> $1', [
        rotated.kid,
      ]);
      for (const issuer of issuers) {
        await eventually(
          async () => (await me(issuer, first.access_token)).status === 401,
          'the old key has ended',
        );
      }
    } finally {
      loading = false;
      await clients;
    }

    expect(failures).to.deep.equal([]);
    const [old = 0, ...rest] = Object.values(requestsByKid);
    expect(rest, 'two keys in all').to.have.length(1);
    expect(old).to.be.above(500);
    expect(rest[0]).to.be.above(100);
  });

  it('leaves a verifier that goes on when the makers of tokens are gone', async () => {
    const [issuer] = issuers as [RunningService];
    const client = new ApiClient(issuer.url);
    const account = await client.register();
    const { access_token } = (await client.login(account.email, account.password)).body as Tokens;
    expect((await me(verifier, access_token)).status).to.equal(200);
    await issuer.stop();

    expect((await me(verifier, access_token)).status).to.equal(200);
    const unknown = assembleToken({ alg: 'ES256', typ: 'at+jwt', kid: 'unknown' }, {}, 'AAAA');
    await eventually(
      async () => (await me(verifier, unknown)).status === 503,
      'it cannot know other keys',
    );
    expectProblem(await me(verifier, unknown), 503, 'authority_unavailable');
    expectProblem(
      await new ApiClient(verifier.url).call('GET', '/.well-known/jwks.json'),
      404,
      'not_supported',
    );
    expectProblem(
      await new ApiClient(verifier.url).login(account.email, account.password),
      404,
      'not_supported',
    );
  });
});
