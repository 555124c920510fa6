import { generateKeyPairSync, generatePrimeSync } from 'node:crypto';
import { expect } from 'chai';
import type { JWK } from 'jose';
import { pino } from 'pino';
import { algorithms } from '../../../src/auth/token/keys/algorithms.js';
import { freshSecondsOf } from '../../../src/auth/token/keys/jwks-source.js';
import type { KeySet } from '../../../src/auth/token/keys/key-set.js';
import { openRemoteKeys } from '../../../src/auth/token/keys/remote-keys.js';
import type { TokenAlgorithm } from '../../../src/config/settings.js';
import { eventually } from '../../support/eventually.js';
import { answerWith, type JwksServer, startJwksServer } from './jwks-server.js';
import { PRINTED_KEYS, privateP256, rsaOf } from './weak-keys.js';

const PATIENCE_MS = 300;
const COOLDOWN_MS = 3000;
const DAY_MS = 86_400_000;
const SHARED_PRIME = generatePrimeSync(1024, { bigint: true });
/** RFC 7515, A.3. */
const PRINTED_P256 = PRINTED_KEYS[1]?.[2] as JWK;

async function makeKey(kid: string): Promise<{ secret: JWK; open: JWK }> {
  const secret = { ...(await algorithms.ES256.generate()), kid };
  const { d, ...open } = secret;
  return { secret, open: open as JWK };
}

describe('keys from a JWKS address', () => {
  let server: JwksServer;
  let keys: KeySet | undefined;
  let time: number;
  let logged: { keys?: string[] }[];
  const log = pino({ level: 'warn' }, { write: (line) => logged.push(JSON.parse(line)) });
  let first: { secret: JWK; open: JWK };
  let second: { secret: JWK; open: JWK };

  before(async () => {
    first = await makeKey('first');
    second = await makeKey('second');
  });
  beforeEach(async () => {
    time = 1_800_000_000_000;
    logged = [];
    server = await startJwksServer();
    server.answer = answerWith([first.open]);
  });
  afterEach(async () => {
    keys?.close();
    keys = undefined;
    await server.stop();
  });

  async function open(
    options: { url?: string; refreshSeconds?: number; alg?: TokenAlgorithm } = {},
  ): Promise<KeySet> {
    keys = await openRemoteKeys({
      algorithm: algorithms[options.alg ?? 'ES256'],
      url: options.url ?? server.url,
      refreshSeconds: options.refreshSeconds ?? 3600,
      patienceMs: PATIENCE_MS,
      log,
      now: () => time,
    });
    return keys;
  }

  const failureOf = (promise: unknown) =>
    Promise.resolve(promise).then(
      () => undefined,
      (error) => error,
    );

  it('verify, and neither sign nor are published again', async () => {
    const set = await open();
    expect(set.verificationKey('first')).to.have.property('type', 'public');
    expect(set.signingKey()).to.equal(undefined);
    expect(set.publicKeys()).to.equal(undefined);
  });

  it('leave out keys for other algorithms and uses', async () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    server.answer = answerWith([
      { kty: 'AKP', alg: 'ML-DSA-44', kid: 'a', pub: 'AAAA' },
      { ...second.open, kid: 'b', use: 'enc' },
      { ...p384.export({ format: 'jwk' }), kid: 'c' },
      { ...second.open, kid: 'd', key_ops: ['deriveBits'] },
      first.open,
    ]);
    const set = await open();
    expect(set.verificationKey('first')).to.have.property('type', 'public');
    for (const kid of ['a', 'b', 'c', 'd']) {
      expect(await set.verificationKey(kid), kid).to.equal(undefined);
    }
  });

  describe('that cannot be used', () => {
    const good = () => first.open;
    const broken = (): [string, unknown, RegExp][] => [
      ['bad-0', 7, /key 2 of 2 is not a JWK/],
      ['bad-1', { kid: 'bad-1' }, /key "bad-1" is not a JWK/],
      ['bad-2', { ...second.open, kid: 'bad-2', alg: 7 }, /key "bad-2" is not a JWK/],
      ['bad-3', { ...second.open, kid: 'bad-3', kty: 'AKP', alg: 'ML-DSA-44' }, /unknown here/],
      ['bad-4', { ...second.open, kid: 'bad-4', crv: 'P-257' }, /is on the curve P-257/],
      ['bad-5', { ...second.open, kid: 'bad-5', use: 'enc' }, /has use "enc"/],
      ['bad-6', { ...second.open, kid: 'bad-6', y: undefined }, /has no "y"/],
      ['bad-7', { ...second.open, kid: 'bad-7', x: '!' }, /has no "x" in base64url/],
      ['bad-8', { ...second.open, kid: 'bad-8', x: 'AAAA' }, /has a "x" of 3 bytes/],
      ['bad-9', { ...second.open, kid: 'bad-9', x: second.open.y }, /is no ES256 key/],
      ['bad-10', { ...second.open, kid: 'bad-10', kty: 'RSA', alg: 'ES256' }, /contradicts/],
      ['bad-11', { ...second.open, kid: undefined }, /key 2 of 2 has no kid/],
      ['bad-12', { ...privateP256(1n), d: null, kid: 'bad-12' }, /found by counting/],
      ['bad-13', { ...PRINTED_P256, d: undefined, kid: 'bad-13' }, /is public/],
      ['bad-14', { ...second.open, kid: 'bad-14', key_ops: 'verify' }, /is not a JWK/],
      ['', { ...second.open, kid: '' }, /has no kid/],
    ];

    for (let index = 0; index < 16; index++) {
      it(`stand beside the others and verify nothing: number ${index}`, async () => {
        const [kid, entry, words] = broken()[index] as [string, unknown, RegExp];
        server.answer = answerWith([good(), entry]);
        const set = await open();
        expect(set.verificationKey('first')).to.have.property('type', 'public');
        expect(await set.verificationKey(kid)).to.equal(undefined);
        expect(logged.map(({ keys }) => keys?.length)).to.deep.equal([1]);
        expect(logged[0]?.keys?.[0]).to.match(words);
      });
    }

    it('are logged once, and again when another one comes', async () => {
      server.answer = answerWith([good(), 7]);
      const set = await open();
      for (let look = 0; look < 3; look++) {
        time += COOLDOWN_MS;
        await set.verificationKey('nobody');
      }
      expect(server.requests).to.equal(4);
      expect(logged).to.have.length(1);
      server.answer = answerWith([good(), { ...second.open, use: 'enc' }, 7]);
      time += COOLDOWN_MS;
      await set.verificationKey('nobody');
      expect(logged).to.have.length(2);
    });

    it('come and go at a refresh, and those that are good stay good', async () => {
      const set = await open();
      server.answer = answerWith([{ ...second.open, x: 'A' }, good()]);
      time += COOLDOWN_MS;
      expect(await set.verificationKey('second')).to.equal(undefined);
      expect(set.verificationKey('first')).to.have.property('type', 'public');
      server.answer = answerWith([second.open, good()]);
      time += COOLDOWN_MS;
      expect(await set.verificationKey('second')).to.have.property('type', 'public');
    });

    it('do not fill the log: of thousands twenty are named, and the others counted', async () => {
      server.answer = answerWith([good(), ...Array(3000).fill(0)]);
      await open();
      expect(logged.map(({ keys }) => keys?.length)).to.deep.equal([21]);
      expect(logged[0]?.keys?.[20]).to.equal('and 2980 more');
      server.answer = answerWith([good(), { kty: 'x'.repeat(50_000), kid: 'long' }]);
      await open();
      expect(logged[1]?.keys?.[0]).to.have.length(200);
    });

    it('are two keys of one name: neither is used, and the same key twice is one', async () => {
      const other = { ...second.open, kid: 'twin' };
      const twin = { ...(await makeKey('twin')).open };
      server.answer = answerWith([good(), good(), other, twin]);
      const set = await open();
      expect(set.verificationKey('first')).to.have.property('type', 'public');
      expect(await set.verificationKey('twin')).to.equal(undefined);
    });

    it('are weak ones of the other algorithms too', async () => {
      const eddsa = { ...(await algorithms.EdDSA.generate()), d: undefined, kid: 'good' };
      server.answer = answerWith([
        eddsa,
        { kty: 'OKP', crv: 'Ed25519', kid: 'zero', x: 'A'.repeat(43) },
      ]);
      const set = await open({ alg: 'EdDSA' });
      expect(set.verificationKey('good')).to.have.property('type', 'public');
      expect(await set.verificationKey('zero')).to.equal(undefined);
      set.close();

      const { n } = await algorithms.RS256.generate();
      const shared = rsaOf(generatePrimeSync(1024, { bigint: true }) * SHARED_PRIME);
      server.answer = answerWith([
        { kty: 'RSA', e: 'AQAB', n, kid: 'good' },
        { ...rsaOf(generatePrimeSync(1024, { bigint: true }) * SHARED_PRIME), kid: 'one' },
        { ...shared, kid: 'other' },
        { ...rsaOf(3n * generatePrimeSync(2047, { bigint: true })), kid: 'three' },
      ]);
      const rsa = await open({ alg: 'RS256' });
      expect(rsa.verificationKey('good')).to.have.property('type', 'public');
      for (const kid of ['one', 'other', 'three']) {
        expect(await rsa.verificationKey(kid), kid).to.equal(undefined);
      }
    });
  });

  it('cannot be symmetric', async () => {
    const error = await failureOf(open({ alg: 'HS256' }));
    expect(error).to.include({ code: 'config_invalid' });
    expect(error.message).to.match(/HS256 has no public keys/);
    expect(server.requests).to.equal(0);
  });

  it('are not fetched with a password', async () => {
    const error = await failureOf(open({ url: server.url.replace('://', '://user:hunter2@') }));
    expect(error).to.include({ code: 'config_invalid' });
    expect(error.message).to.not.include('hunter2');
    expect(server.requests).to.equal(0);
  });

  const refused: [string, () => unknown[], RegExp][] = [
    [
      'a private key',
      () => [first.open, second.secret],
      /key "second" is published with its private/,
    ],
    [
      'a secret',
      () => [first.open, { kty: 'oct', kid: 's', k: 'AAAA' }],
      /key "s" is published with/,
    ],
    ['no key of the algorithm', () => [], /holds no key for ES256/],
    ['a key without kid', () => [{ ...first.open, kid: undefined }], /key 1 of 1 has no kid/],
    [
      'a kid twice, for two keys',
      () => [first.open, { ...second.open, kid: 'first' }],
      /key "first" is there twice, with different keys/,
    ],
    ['nothing but keys without a use here', () => [7, null, {}], /key 1 of 3 is not a JWK/],
    ['alg against kty', () => [{ ...first.open, kty: 'RSA', alg: 'ES256' }], /contradicts its kty/],
    [
      'a curve that alg does not mean',
      () => [{ ...first.open, crv: 'P-384', alg: 'ES256' }],
      /on the curve P-384/,
    ],
  ];
  for (const [what, set, words] of refused) {
    it(`are refused at the start, by name: ${what}`, async () => {
      server.answer = answerWith(set());
      const error = await failureOf(open());
      expect(error).to.include({ code: 'config_invalid' });
      expect(error.message)
        .to.match(/^JWKS_URL: /)
        .and.match(words);
    });
  }

  it('are found by a kid that is new, with one request', async () => {
    const set = await open();
    server.answer = answerWith([first.open, second.open]);
    expect(set.verificationKey('second'), 'just looked').to.equal(undefined);
    time += COOLDOWN_MS;
    expect(await set.verificationKey('second')).to.have.property('type', 'public');
    expect(server.requests).to.equal(2);
  });

  it('cost one request under a flood of 1,000 unknown kids, and long ones none', async () => {
    const set = await open();
    time += COOLDOWN_MS;
    const flood = Array.from({ length: 1000 }, (_, index) => set.verificationKey(`no ${index}`));
    expect(new Set(await Promise.all(flood))).to.deep.equal(new Set([undefined]));
    for (let index = 0; index < 1000; index++) {
      expect(await set.verificationKey(`late ${index}`)).to.equal(undefined);
    }
    expect(server.requests).to.equal(2);
    time += COOLDOWN_MS;
    expect(set.verificationKey('x'.repeat(100_000))).to.equal(undefined);
    expect(server.requests).to.equal(2);
    expect(set.verificationKey('first')).to.have.property('type', 'public');
  });

  it('survive an outage for a day, and the truth about other kids is then "cannot know"', async () => {
    const set = await open();
    server.answer = (_, response) => response.writeHead(503).end();
    time += COOLDOWN_MS;
    expect(await failureOf(set.verificationKey('second'))).to.include({
      code: 'authority_unavailable',
      status: 503,
    });
    expect(await failureOf(set.verificationKey('third')), 'without asking').to.include({
      status: 503,
    });
    expect(server.requests).to.equal(2);
    expect(set.verificationKey('first')).to.have.property('type', 'public');

    time += DAY_MS - COOLDOWN_MS;
    expect(set.verificationKey('first'), 'a day old').to.have.property('type', 'public');
    time += 1;
    expect(await failureOf(set.verificationKey('first')), 'older').to.include({ status: 503 });

    server.answer = answerWith([first.open]);
    time += COOLDOWN_MS;
    expect(await set.verificationKey('first'), 'back').to.have.property('type', 'public');
    expect(await set.verificationKey('second')).to.equal(undefined);
  });

  it('may be asked for by somebody who does not wait for the answer', async () => {
    const set = await open();
    await server.stop();
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    try {
      time += COOLDOWN_MS;
      set.verificationKey('second');
      set.verificationKey('third');
      expect(await failureOf(set.verificationKey('fourth'))).to.include({ status: 503 });
      set.verificationKey('fifth');
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', listen);
      server = await startJwksServer();
    }
  });

  it('stay the last good ones while the address answers nonsense', async () => {
    const set = await open();
    const nonsense = [
      '<html>',
      '{}',
      JSON.stringify({ keys: [] }),
      JSON.stringify({ keys: [second.secret] }),
    ];
    for (const text of nonsense) {
      server.answer = (_, response) => response.end(text);
      time += COOLDOWN_MS;
      expect(await failureOf(set.verificationKey('second')), text).to.include({ status: 503 });
      expect(set.verificationKey('first'), text).to.have.property('type', 'public');
    }
  });

  it('do not let a request wait for an address that hangs', async () => {
    const set = await open();
    server.answer = () => {};
    time += COOLDOWN_MS;
    const startedAt = performance.now();
    const error = await failureOf(set.verificationKey('second'));
    expect(error).to.include({ status: 503 });
    expect(performance.now() - startedAt).to.be.within(PATIENCE_MS - 20, PATIENCE_MS + 150);
  });

  it('are fetched again as often as the answer allows, and a withdrawn key is gone then', async () => {
    server.answer = answerWith([first.open, second.open], 'public, max-age=1');
    const set = await open({ refreshSeconds: 1 });
    expect(set.verificationKey('second')).to.have.property('type', 'public');
    server.answer = answerWith([first.open], 'max-age=31536000');
    await eventually(async () => set.verificationKey('second') === undefined, 'withdrawn', 3000);
    expect(server.requests).to.equal(2);
  });

  it('are never taken from where a redirect points', async () => {
    const elsewhere = await startJwksServer();
    elsewhere.answer = answerWith([second.open]);
    try {
      const set = await open();
      for (const status of [301, 302, 303, 307, 308]) {
        server.answer = (_, response) =>
          response.writeHead(status, { location: elsewhere.url }).end();
        time += COOLDOWN_MS;
        expect(await failureOf(set.verificationKey('second'))).to.include({ status: 503 });
      }
      expect(elsewhere.requests).to.equal(0);
    } finally {
      await elsewhere.stop();
    }
  });

  it('are not read from a huge body, however it arrives', async () => {
    const set = await open();
    let sent = 0;
    server.answer = (_, response) => {
      const padding = Buffer.alloc(16 * 1024, ' ');
      const write = () => {
        while (!response.destroyed && sent < 1e9) {
          sent += padding.length;
          if (!response.write(padding)) {
            response.once('drain', write);
            return;
          }
        }
      };
      write();
    };
    time += COOLDOWN_MS;
    const error = await failureOf(set.verificationKey('second'));
    expect(error).to.include({ status: 503 });
    expect(String(error.cause)).to.match(/more than 65536 bytes/);
    expect(sent).to.be.below(50e6);
  });

  it('end the start within 5 s when nobody answers', async () => {
    await server.stop();
    const startedAt = performance.now();
    const error = await failureOf(open({ url: `${server.url}?key=hunter2` }));
    expect(error).to.include({ code: 'keys_unreachable' });
    expect(error.message)
      .to.match(/ECONNREFUSED/)
      .and.not.include('hunter2');
    expect(performance.now() - startedAt).to.be.within(4000, 6000);
    server = await startJwksServer();
  });

  it('are waited for at the start', async () => {
    const good = server.answer;
    server.answer = (_, response) => response.writeHead(500).end();
    setTimeout(() => {
      server.answer = good;
    }, 500);
    expect((await open()).verificationKey('first')).to.have.property('type', 'public');
    expect(server.requests).to.be.above(1);
  });
});

describe('for how long an answer is fresh', () => {
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ 'cache-control': 'public' }, undefined],
    [{ 'cache-control': 'public, max-age=15' }, 15],
    [{ 'cache-control': 'MAX-AGE="60", public' }, 60],
    [{ 'cache-control': 's-maxage=5' }, undefined],
    [{ 'cache-control': 'max-age=15', age: '10' }, 5],
    [{ 'cache-control': 'max-age=15', age: '20' }, 0],
    [{ 'cache-control': 'max-age=15', age: '-4' }, 15],
    [{ 'cache-control': 'no-store, max-age=15' }, 0],
    [{ 'cache-control': 'no-cache' }, 0],
    [{ 'cache-control': 'max-age=forever' }, undefined],
  ];
  for (const [headers, seconds] of cases) {
    it(`${JSON.stringify(headers)}: ${seconds}`, () => {
      expect(freshSecondsOf(new Headers(headers))).to.equal(seconds);
    });
  }
});
