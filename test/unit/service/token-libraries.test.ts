import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AccessTokenOptions,
  type AccessTokens,
  createAccessTokens,
} from '../../../src/auth/token/access-token.js';
import { jose } from '../../../src/auth/token/jose-codec.js';
import { fastJwt } from '../../../src/auth/token/jwt-fast-jwt.js';
import { jsonwebtoken } from '../../../src/auth/token/jwt-jsonwebtoken.js';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { openConfiguredKeys } from '../../../src/auth/token/keys/configured-keys.js';
import type { KeySet } from '../../../src/auth/token/keys/key-set.js';
import type { TokenLibrary } from '../../../src/auth/token/token-codec.js';
import { AppError, unavailable } from '../../../src/server/errors.js';

// FUZZ_SEED and FUZZ_CASES look elsewhere or for longer; the usual run is the same every time.
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);
const CASES = Number(process.env.FUZZ_CASES ?? 1500);

const LIBRARIES: Readonly<Record<string, TokenLibrary>> = { jose, fastJwt, jsonwebtoken };
const SECRET = randomBytes(32);
const [ISSUER, AUDIENCE] = ['session-token-lab', 'session-token-lab-api'];
const ADA = { userId: 1, email: 'ada@example.test', name: 'Ada', loginId: 'login' };
const ACT = { actor: 'post-scheduler', scope: ['posts:read'] } as const;

/** Which time it is decides nothing here: every time is an hour from now, or from then. */
const nowSeconds = Math.floor(Date.now() / 1000);
const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: 'mine' };
const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: '1',
  jti: 'of-a-test',
  iat: nowSeconds,
  exp: nowSeconds + 3600,
  email: 'ada@example.test',
  name: 'Ada',
};

/** Parts are JSON, or text that need not be. */
function sign(header: unknown, claims: unknown): string {
  const encode = (part: unknown) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', SECRET).update(input).digest('base64url')}`;
}

const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

/** "accepted", or all that the client is told. */
async function verdictOf(tokens: AccessTokens, token: string): Promise<string> {
  try {
    await tokens.verify(token);
    return 'accepted';
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.detail}`;
    throw error;
  }
}

describe('libraries for tokens', () => {
  const tokensBy = new Map<string, AccessTokens>();

  const open = (library: TokenLibrary, keys: KeySet, more: Partial<AccessTokenOptions> = {}) =>
    createAccessTokens({
      algorithm: 'HS256',
      library,
      keys,
      issuer: ISSUER,
      audience: AUDIENCE,
      now: Date.now,
      ...more,
    });
  const keysFor = ({ readsKeys }: TokenLibrary) => {
    const key = { kty: 'oct', kid: 'mine', alg: 'HS256', k: SECRET.toString('base64url') };
    return openConfiguredKeys(JSON.stringify({ keys: [key] }), algorithms.HS256, readsKeys);
  };

  before(async () => {
    for (const [name, library] of Object.entries(LIBRARIES)) {
      tokensBy.set(name, open(library, await keysFor(library)));
    }
  });

  /** One verdict where all say the same, else who says what. */
  async function verdict(token: string): Promise<string> {
    const all = new Map<string, string>();
    for (const [name, tokens] of tokensBy) all.set(name, await verdictOf(tokens, token));
    const different = new Set(all.values());
    return different.size === 1
      ? [...different].join()
      : [...all].map(([name, said]) => `${name}: ${said}`).join('\n');
  }

  for (const name of Object.keys(LIBRARIES)) {
    it(`take what ${name} signed, for a user and for who acts for one`, async () => {
      const mine = tokensBy.get(name) as AccessTokens;
      for (const principal of [ADA, { ...ADA, email: '', name: '', delegation: ACT }]) {
        const token = await mine.sign(principal, Date.now() + 3_600_000);
        expect(await verdict(token)).to.equal('accepted');
        const [header, claims] = token.split('.');
        expect(Buffer.from(header ?? '', 'base64url').toString()).to.equal(JSON.stringify(HEADER));
        expect(decode(claims)).to.include({ iss: ISSUER, sub: '1', sid: 'login' });
        for (const tokens of tokensBy.values()) {
          const { principal: read } = await tokens.verify(token);
          expect(read).to.deep.equal({ delegation: undefined, ...principal });
        }
      }
    });
  }

  it('write the same claims, but that fast-jwt cuts the time of issue to a whole second', async () => {
    const at = 1_900_000_000_123;
    const written = new Map<string, unknown>();
    for (const [name, library] of Object.entries(LIBRARIES)) {
      const tokens = open(library, await keysFor(library), { now: () => at });
      const { jti, ...claims } = decode((await tokens.sign(ADA, at + 60_000)).split('.')[1]);
      expect(jti).to.be.a('string').with.length(22);
      written.set(name, claims);
    }
    const expected = written.get('jose') as { iat: number };
    expect(expected.iat).to.equal(at / 1000);
    expect(written.get('jsonwebtoken')).to.deep.equal(expected);
    expect(written.get('fastJwt')).to.deep.equal({ ...expected, iat: Math.floor(at / 1000) });
  });

  const INVALID = 'credential_invalid: The token was not accepted; log in again.';
  const EXPIRED = 'credential_invalid: The token has expired; refresh it or log in again.';
  const UNKNOWN_KEY =
    'credential_invalid: It is signed with a key that is not known here; log in again.';
  const LACKING = 'credential_invalid: It lacks fields this API needs.';

  const without = (name: keyof typeof CLAIMS) => ({ ...CLAIMS, [name]: undefined });
  const text = (changes: string) => JSON.stringify(CLAIMS).replace('{', `{${changes},`);
  const judged: readonly [what: string, token: () => string, verdict: string][] = [
    ['as the service makes them', () => sign(HEADER, CLAIMS), 'accepted'],
    [
      'of a type with its prefix',
      () => sign({ ...HEADER, typ: 'application/AT+jwt' }, CLAIMS),
      'accepted',
    ],
    ['of another type', () => sign({ ...HEADER, typ: 'JWT' }, CLAIMS), INVALID],
    [
      'of type JWT with claims that are no JSON',
      () => sign({ ...HEADER, typ: 'JWT' }, '{'),
      INVALID,
    ],
    ['without a type', () => sign({ ...HEADER, typ: undefined }, CLAIMS), INVALID],
    ['of another algorithm', () => sign({ ...HEADER, alg: 'HS512' }, CLAIMS), INVALID],
    ['of algorithms in a list', () => sign({ ...HEADER, alg: ['HS256'] }, CLAIMS), INVALID],
    ['with an unknown key', () => sign({ ...HEADER, kid: '../mine' }, CLAIMS), UNKNOWN_KEY],
    ['with a key that is a list', () => sign({ ...HEADER, kid: ['mine'] }, CLAIMS), UNKNOWN_KEY],
    ['with an unknown extension', () => sign({ ...HEADER, crit: ['x'], x: 1 }, CLAIMS), INVALID],
    ['with no extension in crit', () => sign({ ...HEADER, crit: [] }, CLAIMS), INVALID],
    ['with a crit that is null', () => sign({ ...HEADER, crit: null }, CLAIMS), INVALID],
    ['with a crit that is empty text', () => sign({ ...HEADER, crit: '' }, CLAIMS), INVALID],
    ['with a crit that is false', () => sign({ ...HEADER, crit: false }, CLAIMS), INVALID],
    ['with b64 in crit', () => sign({ ...HEADER, crit: ['b64'], b64: false }, CLAIMS), INVALID],
    ['with a header that is no JSON', () => sign('{', CLAIMS), INVALID],
    ['with a header that is null', () => sign('null', CLAIMS), INVALID],
    ['with a header that is a list', () => sign('[]', CLAIMS), INVALID],
    ['without an issuer', () => sign(HEADER, without('iss')), INVALID],
    ['with issuers in a list', () => sign(HEADER, { ...CLAIMS, iss: [ISSUER] }), INVALID],
    ['without an audience', () => sign(HEADER, without('aud')), INVALID],
    ['with audiences in a list', () => sign(HEADER, { ...CLAIMS, aud: [AUDIENCE] }), LACKING],
    ['without an expiry', () => sign(HEADER, without('exp')), INVALID],
    ['without a time of issue', () => sign(HEADER, without('iat')), INVALID],
    ['without a subject', () => sign(HEADER, without('sub')), INVALID],
    ['without an ID', () => sign(HEADER, without('jti')), INVALID],
    ['with an expiry that is text', () => sign(HEADER, { ...CLAIMS, exp: '9e9' }), INVALID],
    ['with an expiry that is null', () => sign(HEADER, { ...CLAIMS, exp: null }), INVALID],
    ['with an expiry that is a list', () => sign(HEADER, { ...CLAIMS, exp: [9e9] }), INVALID],
    ['with a fraction of a second', () => sign(HEADER, { ...CLAIMS, exp: 9e9 + 0.5 }), 'accepted'],
    ['that ended', () => sign(HEADER, { ...CLAIMS, exp: nowSeconds - 3600 }), EXPIRED],
    ['that ended in 1970', () => sign(HEADER, { ...CLAIMS, exp: 0 }), EXPIRED],
    ['with a time of issue that is text', () => sign(HEADER, { ...CLAIMS, iat: '1' }), INVALID],
    ['that starts later', () => sign(HEADER, { ...CLAIMS, nbf: nowSeconds + 3600 }), INVALID],
    ['that starts when no calendar goes', () => sign(HEADER, { ...CLAIMS, nbf: 1e300 }), INVALID],
    ['with a start that is text', () => sign(HEADER, { ...CLAIMS, nbf: '1' }), INVALID],
    ['with a start that is null', () => sign(HEADER, { ...CLAIMS, nbf: null }), INVALID],
    // The last one counts for every parser of JSON that a library uses.
    ['that says twice who it is, first wrongly', () => sign(HEADER, text('"sub":"x"')), 'accepted'],
    ['with claims that are a list', () => sign(HEADER, '[]'), INVALID],
    ['with claims that are text', () => sign(HEADER, '"claims"'), INVALID],
    ['with claims that are null', () => sign(HEADER, 'null'), INVALID],
    ['with claims that are no JSON', () => sign(HEADER, '{'), INVALID],
    ['with another signature', () => `${sign(HEADER, CLAIMS).slice(0, -8)}AAAAAAAA`, INVALID],
    ['with a short signature', () => sign(HEADER, CLAIMS).replace(/[^.]*$/, 'AAAA'), INVALID],
    ['without a signature', () => sign(HEADER, CLAIMS).replace(/[^.]*$/, ''), INVALID],
    ['with padding', () => `${sign(HEADER, CLAIMS)}=`, INVALID],
    ['with four parts', () => `${sign(HEADER, CLAIMS)}.AAAA`, INVALID],
  ];
  for (const [what, token, expected] of judged) {
    it(`say the same of a token ${what}`, async () => {
      expect(await verdict(token())).to.equal(expected);
      // Again, when the text of a header may have been remembered.
      expect(await verdict(token())).to.equal(expected);
    });
  }

  it('say the same of whatever a holder of the key signs', async function () {
    this.timeout(20_000 + CASES * 5);
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '1',
        'mine',
        'HS256',
        'at+jwt',
        'b64',
        ISSUER,
        AUDIENCE,
        null,
        true,
        false,
      ),
      fc.constantFrom(
        0,
        1,
        -1,
        -1e300,
        1e300,
        9e9,
        9e9 + 0.5,
        nowSeconds - 3600,
        nowSeconds + 3600,
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const changes = (names: readonly string[]) =>
      fc.dictionary(fc.constantFrom(...names, '__proto__', 'toString'), value, { maxKeys: 2 });
    const cases = fc.record({
      header: changes(['alg', 'typ', 'kid', 'crit', 'b64', 'cty', 'jwk', 'zip', 'enc']),
      claims: changes(['iss', 'aud', 'sub', 'jti', 'iat', 'exp', 'nbf', 'email', 'act', 'scope']),
      gone: fc.option(fc.constantFrom(...(Object.keys(CLAIMS) as (keyof typeof CLAIMS)[]))),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ header, claims, gone }) => {
        const payload: Record<string, unknown> = { ...CLAIMS, ...claims };
        if (gone !== null) delete payload[gone];
        const token = sign({ ...HEADER, ...header }, payload);
        const codes = new Set<string | undefined>();
        // Of two mistakes each may name the one it sees first, so what it says of them is left out.
        for (const tokens of tokensBy.values()) {
          codes.add((await verdictOf(tokens, token)).split(':')[0]);
        }
        expect([...codes]).to.have.length(1);
      }),
      { seed: SEED, numRuns: CASES },
    );
  });

  for (const [name, library] of Object.entries(LIBRARIES)) {
    it(`follow the keys (${name}): what is gone, and what cannot be asked for`, async () => {
      const keys = await keysFor(library);
      let answer: KeySet['verificationKey'] = keys.verificationKey;
      const tokens = open(library, { ...keys, verificationKey: (kid) => answer(kid) });
      const token = sign(HEADER, CLAIMS);
      expect(await verdictOf(tokens, token)).to.equal('accepted');
      expect(await verdictOf(tokens, token)).to.equal('accepted');
      answer = () => undefined;
      expect(await verdictOf(tokens, token)).to.equal(UNKNOWN_KEY);
      answer = async () => undefined;
      expect(await verdictOf(tokens, token)).to.equal(UNKNOWN_KEY);
      answer = async () => {
        throw unavailable('database_unavailable', 'of a test');
      };
      expect(await verdictOf(tokens, token)).to.match(/^database_unavailable/);
      // Another secret under the same name is another key.
      const other = { kty: 'oct', kid: 'mine', k: randomBytes(32).toString('base64url') };
      const others = await openConfiguredKeys(
        JSON.stringify({ keys: [other] }),
        algorithms.HS256,
        library.readsKeys,
      );
      answer = others.verificationKey;
      expect(await verdictOf(tokens, token)).to.equal(INVALID);
    });
  }

  it('get keys whose bytes cannot be read, unless they say that they need them', async () => {
    for (const [name, library] of Object.entries(LIBRARIES)) {
      const key = (await keysFor(library)).signingKey()?.key;
      expect(key?.extractable, name).to.equal(name !== 'jose');
    }
  });

  it('without Web Crypto are for HS256 alone', async () => {
    const keys = await keysFor(fastJwt);
    for (const library of [fastJwt, jsonwebtoken]) {
      expect(() => open(library, keys, { algorithm: 'ES256' })).to.throw(TypeError, 'ES256');
    }
  });
});
