import { expect } from 'chai';
import { strategies } from '../../../src/auth/registry.js';
import {
  readInstanceSettings,
  readPredictionServerSettings,
} from '../../../src/config/settings.js';
import { TOKEN_SECRET } from '../../support/service.js';

const secrets = {
  TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
  TOKEN_KEYS: '{"keys":[]}',
  DATABASE_URL: 'postgres://lab@127.0.0.1:5432/lab',
};
const SERVICE_URL = 'http://127.0.0.1:3000, http://127.0.0.1:3001';
const JWKS_URL = 'http://127.0.0.1:3000/.well-known/jwks.json';

describe('the settings of the prediction server', () => {
  it('hold no secret where public keys tell who is asking, whatever is given', async () => {
    for (const [AUTH_STRATEGY, algorithm] of [
      ['jwt-es256', 'ES256'],
      ['jwt-eddsa', 'EdDSA'],
      ['jwt-rs256', 'RS256'],
    ] as const) {
      const settings = await readPredictionServerSettings(strategies, {
        ...secrets,
        AUTH_STRATEGY,
        JWKS_URL,
      });
      expect(settings.tokenAlgorithm).to.equal(algorithm);
      expect(settings.jwksUrl).to.equal(JWKS_URL);
      for (const secret of ['tokenSecret', 'tokenKeys', 'databaseUrl'] as const) {
        expect(settings[secret], secret).to.equal(undefined);
      }
    }
  });

  it('hold the secret of HS256 only when it is given, and else an instance to ask', async () => {
    const given = await readPredictionServerSettings(strategies, {
      ...secrets,
      AUTH_STRATEGY: 'jwt',
    });
    expect(given.tokenAlgorithm).to.equal('HS256');
    expect(given.tokenSecret).to.deep.equal(new Uint8Array(TOKEN_SECRET));
    // The secret alone opens nothing: the keys that it seals are in the database.
    const { DATABASE_URL: _url, TOKEN_KEYS: _keys, ...alone } = secrets;
    const asks = await readPredictionServerSettings(strategies, {
      ...alone,
      AUTH_STRATEGY: 'jwt',
      SERVICE_URL,
    });
    expect(asks.tokenAlgorithm).to.equal(undefined);
    expect(asks.tokenSecret).to.equal(undefined);
    expect(asks.serviceUrls).to.deep.equal(['http://127.0.0.1:3000', 'http://127.0.0.1:3001']);
  });

  it('have it ask wherever keys alone cannot tell what was revoked', async () => {
    for (const AUTH_STRATEGY of [
      'session',
      'session-cookie',
      'jwt-denylist',
      'jwt-cached',
      'opaque',
    ]) {
      const settings = await readPredictionServerSettings(strategies, {
        ...secrets,
        AUTH_STRATEGY,
        SERVICE_URL,
        JWKS_URL,
      });
      expect(settings.tokenAlgorithm, AUTH_STRATEGY).to.equal(undefined);
    }
  });
});

describe('where an instance has its model', () => {
  const instance = { ...secrets, TOKEN_KEYS: '', AUTH_STRATEGY: 'jwt' };

  it('is in the process unless told', async () => {
    const { settings } = await readInstanceSettings(strategies, instance);
    expect(settings).to.include({ prediction: 'in-process', predictionTimeoutMs: 1000 });
  });

  it('is a server only with an address', async () => {
    const url = 'http://127.0.0.1:3200';
    const { settings } = await readInstanceSettings(strategies, {
      ...instance,
      PREDICTION: 'server',
      PREDICTION_URL: url,
    });
    expect(settings).to.include({ prediction: 'server', predictionUrl: url });
  });
});
