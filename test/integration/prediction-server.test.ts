import { expect } from 'chai';
import { delegatedCredential } from '../contract/suites/delegation.js';
import { ENGLISH } from '../contract/suites/predictions.js';
import { ACTOR, delegateSession, exchange } from '../contract/world.js';
import {
  type Answer,
  ApiClient,
  type Credential,
  expectProblem,
  tamper,
} from '../support/api-client.js';
import { type PredictingService, startPredicting } from '../support/prediction.js';
import { type RunningService, runEntry, TOKEN_SECRET, type Variables } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

/** The prediction server asked directly, as anybody on its network could. */
describe('the prediction server', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let variables: Variables;

  before(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    variables = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      COUNTERS: 'on',
      DELEGATE_CLIENTS: ACTOR,
    };
  });
  after(async () => {
    await database?.drop();
    redis?.close();
  });

  const predict = (at: ApiClient, credential: Credential, headers = {}): Promise<Answer> =>
    at.call('POST', '/predictions', { credential, headers, body: { text: ENGLISH } });

  for (const strategy of ['session', 'jwt-es256', 'jwt', 'jwt-denylist', 'opaque', 'none']) {
    describe(`under AUTH_STRATEGY=${strategy}`, () => {
      let running: PredictingService;
      let api: ApiClient;
      let server: ApiClient;
      let credential: Credential;

      before(async () => {
        running = await startPredicting('server', { ...variables, AUTH_STRATEGY: strategy });
        api = new ApiClient(running.service.url);
        server = new ApiClient((running.server as RunningService).url);
        credential = await api.logIn(await api.register('ada'));
      });
      after(() => running?.stop());

      it('takes a credential of the service, and believes no header beside it', async () => {
        expect((await predict(server, credential)).status).to.equal(200);
        const claimed = { 'x-user-id': '1', 'x-forwarded-user': 'ada', 'x-authenticated': 'true' };
        expectProblem(await predict(server, {}, claimed), 401, 'credential_missing');
      });

      if (strategy !== 'none') {
        it('refuses a credential that was changed', async () => {
          expectProblem(await predict(server, tamper(credential)), 401, 'credential_invalid');
        });

        it('refuses one that may only write posts', async () => {
          const given =
            strategy === 'session'
              ? await delegateSession(api, credential)
              : await exchange(api, credential);
          const answer = await predict(server, delegatedCredential(given));
          expectProblem(answer, 403, 'insufficient_scope');
        });
      }

      it('does not count as a request of a client what it asks an instance', async () => {
        const count = async () => (await api.call('GET', '/counters')).body.requests.completed;
        const before = await count();
        expect((await predict(server, credential)).status).to.equal(200);
        await api.call('GET', '/.well-known/jwks.json');
        expect(await count()).to.equal(before);
      });

      it('lets nobody keep what it answers, and answers in JSON alone', async () => {
        const answer = await predict(server, credential);
        expect(answer.headers.get('cache-control')).to.equal('no-store');
        const html = await predict(server, credential, { accept: 'text/html' });
        expectProblem(html, 406, 'not_acceptable');
      });

      it('is alive and ready', async () => {
        expect((await server.call('GET', '/livez')).status).to.equal(200);
        expect((await server.call('GET', '/readyz')).status).to.equal(200);
      });

      it('refuses a body above its limit', async () => {
        const text = 'a'.repeat(200_000);
        const answer = await server.call('POST', '/predictions', { credential, body: { text } });
        expectProblem(answer, 413, 'body_too_large');
      });

      const endsAtOnce = ['session', 'opaque', 'jwt-denylist'].includes(strategy);
      it(
        endsAtOnce
          ? 'refuses a login that ended, at once: it asks'
          : 'takes a token until it expires: it has nobody to ask',
        async () => {
          const own = await api.logIn(await api.register('leaver'));
          expect((await api.call('POST', '/auth/logout', { credential: own })).status).to.equal(
            204,
          );
          const answer = await predict(server, own);
          if (endsAtOnce) {
            expectProblem(answer, 401, 'credential_invalid');
          } else {
            expect(answer.status).to.equal(200);
          }
        },
      );

      const asks = !['jwt-es256', 'jwt'].includes(strategy);
      it(
        asks
          ? 'answers 503 when the instance it asks is gone: it cannot know'
          : 'goes on when the instances are gone: it has the keys',
        async () => {
          await running.service.stop();
          const answer = await predict(server, credential);
          if (asks) {
            expectProblem(answer, 503, 'authority_unavailable');
            expect(answer.headers.get('retry-after')).to.equal('1');
          } else {
            expect(answer.status).to.equal(200);
          }
        },
      );
    });
  }

  describe('that signs nothing', () => {
    it('has no secret under jwt-es256: a token it could have made itself is refused', async () => {
      const running = await startPredicting('server', { ...variables, AUTH_STRATEGY: 'jwt-es256' });
      try {
        const api = new ApiClient(running.service.url);
        const server = new ApiClient((running.server as RunningService).url);
        const good = (await api.logIn(await api.register('ada'))).authorization as string;
        const payload = good.split('.')[1] as string;
        const key = await crypto.subtle.importKey(
          'raw',
          TOKEN_SECRET,
          { name: 'HMAC', hash: 'SHA-256' },
          false,
          ['sign'],
        );
        const header = Buffer.from('{"alg":"HS256","typ":"at+jwt","kid":"x"}').toString(
          'base64url',
        );
        const signature = await crypto.subtle.sign(
          'HMAC',
          key,
          Buffer.from(`${header}.${payload}`),
        );
        const forged = `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`;
        const answer = await predict(server, { authorization: `Bearer ${forged}` });
        expectProblem(answer, 401, 'credential_invalid');
      } finally {
        await running.stop();
      }
    });

    it('takes a token for the audience of another service as little as the instances do', async () => {
      const running = await startPredicting('server', {
        ...variables,
        AUTH_STRATEGY: 'jwt',
        TOKEN_AUDIENCE: 'another-api',
      });
      const ours = await startPredicting('server', { ...variables, AUTH_STRATEGY: 'jwt' });
      try {
        const api = new ApiClient(running.service.url);
        const credential = await api.logIn(await api.register('ada'));
        const server = new ApiClient((ours.server as RunningService).url);
        expectProblem(await predict(server, credential), 401, 'credential_invalid');
      } finally {
        await Promise.all([running.stop(), ours.stop()]);
      }
    });
  });

  describe('does not start', () => {
    const WRONG: [string, Variables, RegExp][] = [
      ['without a strategy', {}, /^config_invalid: AUTH_STRATEGY is required/],
      [
        'without an instance to ask',
        { AUTH_STRATEGY: 'session' },
        /^config_invalid: SERVICE_URL is required by session/,
      ],
      [
        'without public keys',
        { AUTH_STRATEGY: 'jwt-eddsa' },
        /^config_invalid: JWKS_URL is required by jwt-eddsa/,
      ],
      [
        'with a wrong address',
        { AUTH_STRATEGY: 'session', SERVICE_URL: 'http://127.0.0.1:1,ftp://x' },
        /^config_invalid: SERVICE_URL: must be URLs/,
      ],
      [
        'when nobody has the keys',
        { AUTH_STRATEGY: 'jwt-es256', JWKS_URL: 'http://127.0.0.1:1/keys' },
        /^keys_unreachable: JWKS_URL/,
      ],
      [
        'with counters for everybody',
        {
          AUTH_STRATEGY: 'session',
          SERVICE_URL: 'http://127.0.0.1:1',
          HOST: '0.0.0.0',
          COUNTERS: 'on',
        },
        /^config_invalid: COUNTERS/,
      ],
    ];
    for (const [what, given, complaint] of WRONG) {
      it(what, async () => {
        const { code, stderr } = await runEntry('prediction-server', {
          LOG_LEVEL: 'silent',
          ...given,
        });
        expect(stderr).to.match(complaint);
        expect(code).to.equal(1);
      });
    }

    it('and an instance neither, with PREDICTION=server and no address', async () => {
      const { code, stderr } = await runEntry('main', {
        ...variables,
        AUTH_STRATEGY: 'session',
        PREDICTION: 'server',
      });
      expect(stderr).to.match(/^config_invalid: PREDICTION_URL is required with PREDICTION=server/);
      expect(code).to.equal(1);
    });

    it('and an instance neither, with a topology that does not exist', async () => {
      const { stderr } = await runEntry('main', {
        ...variables,
        AUTH_STRATEGY: 'session',
        PREDICTION: 'cloud',
      });
      expect(stderr).to.match(/^config_invalid: PREDICTION: .*in-process.*threads.*server/);
    });
  });
});
