import { expect } from 'chai';
import { importJWK, type JWK, SignJWT } from 'jose';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { ApiClient, expectProblem } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import { type RunningService, runEntry, startService } from '../../support/service.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';
import { answerWith, type JwksServer, startJwksServer } from '../../unit/keys/jwks-server.js';
import { PRINTED_KEYS, privateP256 } from '../../unit/keys/weak-keys.js';

describe('an instance that verifies with the keys of another', () => {
  let database: TestDatabase;
  let server: JwksServer;
  let good: JWK;
  const weak = {
    counted: { ...privateP256(1n), kid: 'counted' },
    printed: { ...(PRINTED_KEYS[1]?.[2] as JWK), kid: 'printed' },
  };
  const open = ({ d, ...jwk }: JWK) => jwk;

  before(async () => {
    database = await createTestDatabase();
    server = await startJwksServer();
    good = { ...(await algorithms.ES256.generate()), kid: 'good' };
  });
  after(async () => {
    await server?.stop();
    await database?.drop();
  });

  const variables = () => ({
    AUTH_STRATEGY: 'jwt-es256',
    DATABASE_URL: database.url,
    TOKEN_SECRET: '',
    JWKS_URL: server.url,
    KEY_REFRESH_SECONDS: '1',
    LOG_LEVEL: 'warn',
    PORT: '0',
  });

  async function tokenOf(jwk: JWK): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ jti: 'it', email: 'ada@example.test', name: 'Ada' })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid as string })
      .setIssuer('session-token-lab')
      .setAudience('session-token-lab-api')
      .setSubject('1')
      .setIssuedAt(now)
      .setExpirationTime(now + 60)
      .sign(await importJWK(jwk, 'ES256'));
  }

  async function me(service: RunningService, jwk: JWK) {
    const credential = { authorization: `Bearer ${await tokenOf(jwk)}` };
    return new ApiClient(service.url).call('GET', '/me', { credential });
  }

  it('takes no token of a key that anybody has, and those of the keys beside it', async () => {
    const keys = [7, open(weak.counted), open(good), open(weak.printed)];
    server.answer = answerWith(keys, 'max-age=1');
    const service = await startService(variables());
    try {
      expect((await me(service, good)).status).to.equal(200);
      for (const key of Object.values(weak)) {
        expectProblem(await me(service, key), 401, 'credential_invalid');
      }
      const looks = server.requests;
      await eventually(async () => server.requests >= looks + 2, 'the set was read again', 5000);
      const told = service
        .stdout()
        .split('\n')
        .filter((line) => line.includes('keys of the set are not used'));
      expect(told).to.have.length(1);
      expect(JSON.parse(told[0] as string).keys).to.have.length(3);
    } finally {
      await service.stop();
    }
  });

  it('does not start without a key that can be used, nor with a private one', async () => {
    for (const [keys, words] of [
      [
        [7, open(weak.counted)],
        /^config_invalid: JWKS_URL: holds no key for ES256 that can be used/,
      ],
      [
        [open(good), weak.printed],
        /^config_invalid: JWKS_URL: key "printed" is published with its/,
      ],
    ] as const) {
      server.answer = answerWith(keys);
      const { code, stderr } = await runEntry('main', variables());
      expect(stderr).to.match(words);
      expect(stderr.trimEnd().split('\n')).to.have.length(1);
      expect(code).to.equal(1);
    }
  });
});
