import { expect } from 'chai';
import { runEntry, TOKEN_SECRET } from '../../support/service.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

const secret = TOKEN_SECRET.toString('base64url');

describe('rotate-keys', () => {
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database?.drop());

  const rotate = (variables: Record<string, string> = {}) =>
    runEntry('rotate-keys', { DATABASE_URL: database.url, TOKEN_SECRET: secret, ...variables });

  it('prints one line that says what happens when', async () => {
    const startedAt = Date.now();
    const { code, stdout, stderr } = await rotate({ KEY_ALG: 'EdDSA' });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).to.have.length(1);
    const { rotated } = JSON.parse(stdout);
    expect(rotated).to.have.all.keys('kid', 'alg', 'signsFrom', 'oldKeysEndAt');
    expect(rotated.alg).to.equal('EdDSA');
    expect(Date.parse(rotated.signsFrom) - startedAt).to.be.within(30_000, 35_000);
    expect(Date.parse(rotated.oldKeysEndAt) - Date.parse(rotated.signsFrom)).to.equal(360_000);
  });

  it('takes the algorithm from the table when there is one only', async () => {
    const { stdout } = await rotate({ KEY_PUBLISH_SECONDS: '60', DELEGATED_TTL_SECONDS: '600' });
    const { rotated } = JSON.parse(stdout);
    expect(rotated.alg).to.equal('EdDSA');
    expect(Date.parse(rotated.oldKeysEndAt) - Date.parse(rotated.signsFrom)).to.equal(660_000);
  });

  const refusals: [string, Record<string, string>, RegExp][] = [
    ['without a secret', { TOKEN_SECRET: '' }, /^config_invalid: TOKEN_SECRET is required$/],
    ['an algorithm unknown here', { KEY_ALG: 'none' }, /^config_invalid: KEY_ALG: /],
    [
      'to sign too early',
      { KEY_PUBLISH_SECONDS: '24' },
      /^config_invalid: KEY_PUBLISH_SECONDS must be at least 25/,
    ],
    [
      'another secret',
      { TOKEN_SECRET: Buffer.from(TOKEN_SECRET).reverse().toString('base64url') },
      /^keys_unreadable: TOKEN_SECRET does not open key/,
    ],
  ];
  for (const [what, variables, line] of refusals) {
    it(`refuses ${what}, in one line, and changes nothing`, async () => {
      const count = () => database.query('SELECT kid, ends_at FROM signing_keys ORDER BY kid');
      const before = await count();
      const { code, stdout, stderr } = await rotate(variables);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr.trimEnd()).to.match(line).and.not.include('\n');
      expect(await count()).to.deep.equal(before);
    });
  }
});
