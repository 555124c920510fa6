import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { pino } from 'pino';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { openKeySet } from '../../../src/auth/token/keys/open-key-set.js';
import type { InstanceSettings, TokenAlgorithm } from '../../../src/config/settings.js';
import { type Database, openDatabase } from '../../../src/data/database.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

const silent = pino({ level: 'silent' });

describe('the source of keys', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = await openDatabase({
      url: testDatabase.url,
      poolSize: 1,
      timeoutMs: 1000,
      log: silent,
    });
  });
  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const tokenSecret = randomBytes(32);
  const jwksUrl = 'http://127.0.0.1:9/jwks.json';

  function open(
    given: Partial<Pick<InstanceSettings, 'tokenKeys' | 'tokenSecret' | 'jwksUrl'>>,
    algorithm: TokenAlgorithm = 'ES256',
  ) {
    const settings = {
      strategyName: 'jwt-es256',
      keyRefreshSeconds: 5,
      storeTimeoutMs: 400,
      ...given,
    } as InstanceSettings;
    return openKeySet({ algorithm, settings, database, log: silent, now: Date.now });
  }
  const codeOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'no error',
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    );

  it('is TOKEN_KEYS where they are given, and the table stays empty', async () => {
    const tokenKeys = JSON.stringify({
      keys: [{ ...(await algorithms.ES256.generate()), kid: 'mine' }],
    });
    const keys = await open({ tokenKeys, tokenSecret });
    expect(keys.signingKey()?.kid).to.equal('mine');
    expect(await testDatabase.query('SELECT 1 FROM signing_keys')).to.have.length(0);
  });

  it('is the table where there is TOKEN_SECRET alone', async () => {
    const keys = await open({ tokenSecret });
    const [row] = await testDatabase.query<{ kid: string }>('SELECT kid FROM signing_keys');
    expect(keys.signingKey()?.kid).to.equal(row?.kid);
    keys.close();
  });

  it('is named: none, or two that contradict each other, end the start', async () => {
    expect(await codeOf(open({}))).to.match(/^config_invalid: .* is required by jwt-es256/);
    for (const own of [{ tokenSecret }, { tokenKeys: '{}' }]) {
      expect(await codeOf(open({ ...own, jwksUrl }))).to.match(/^config_invalid: JWKS_URL is for/);
    }
    expect(await codeOf(open({ jwksUrl }, 'HS256'))).to.match(/^config_invalid: JWKS_URL: HS256/);
  });
});
