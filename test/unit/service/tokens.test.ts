import type { webcrypto } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { AccessToken } from '../../../src/auth/token/access-token.js';
import { isCanonical } from '../../../src/auth/token/access-token.js';
import type { KeySet } from '../../../src/auth/token/keys/key-set.js';
import { createLocalRevocations } from '../../../src/auth/token/local-revocations.js';
import { createVerifiedTokenCache } from '../../../src/auth/token/verified-token-cache.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('the canonical spelling of a token', () => {
  const encode = (bytes: number) =>
    Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => (index * 37) % 256)).toString(
      'base64url',
    );

  it('is the only one that is taken of all that end in another character', () => {
    // Parts of every length modulo 3, so that each position has 0, 2 and 4 spare bits.
    for (let bytes = 1; bytes <= 36; bytes += 1) {
      for (const place of [0, 1, 2]) {
        const parts = [encode(7), encode(8), encode(9)];
        const part = encode(bytes);
        const value = Buffer.from(part, 'base64url');
        const spellings = [...ALPHABET]
          .map((last) => part.slice(0, -1) + last)
          .filter((spelling) => Buffer.from(spelling, 'base64url').equals(value));
        const taken = spellings.filter((spelling) => {
          parts[place] = spelling;
          return isCanonical(parts.join('.'));
        });
        expect(taken, `${bytes} bytes at ${place}`).to.deep.equal([part]);
        expect(spellings.length).to.equal([1, 16, 4][bytes % 3]);
      }
    }
  });

  it('has three parts of the alphabet and nothing else', () => {
    const good = `${encode(9)}.${encode(9)}.${encode(9)}`;
    expect(isCanonical(good)).to.equal(true);
    const others = [
      '',
      '..',
      `${good}=`,
      `${good}.`,
      `.${good}`,
      `${good}.${encode(9)}`,
      good.replace('.', ''),
      ` ${good}`,
      `${good}\n`,
      good.replace('.', '. '),
      `${good}A`,
      good.replace(/.$/, '+'),
      `${encode(9)}..${encode(9)}`,
    ];
    for (const other of others) {
      expect(isCanonical(other), JSON.stringify(other)).to.equal(false);
    }
  });
});

const token = (parts: Partial<AccessToken> = {}): AccessToken => ({
  principal: { userId: 1, email: 'ada@example.test', name: 'Ada', loginId: 'login' },
  id: 'token',
  keyId: 'key',
  issuedAt: 1000,
  expiresAt: 10_000,
  ...parts,
});

describe('the memory of verified tokens', () => {
  const KEY = {} as webcrypto.CryptoKey;
  let time = 1000;
  let known: ReturnType<KeySet['verificationKey']> = KEY;
  const open = (entriesMax = 3) =>
    createVerifiedTokenCache(entriesMax, { verificationKey: () => known }, () => time);

  beforeEach(() => {
    time = 1000;
    known = KEY;
  });

  it('gives what was put in, until it expires', () => {
    const cache = open();
    const verified = token();
    cache.set('a', verified);
    expect(cache.get('a')).to.equal(verified);
    expect(cache.get('b')).to.equal(undefined);
    time = 9999;
    expect(cache.get('a')).to.equal(verified);
    time = 10_000;
    expect(cache.get('a')).to.equal(undefined);
    expect(cache.size).to.equal(0);
  });

  it('never holds more than its bound: what came first goes', () => {
    const cache = open(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      cache.set(name, token());
      expect(cache.size).to.be.at.most(3);
    }
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => cache.get(name) !== undefined)).to.deep.equal([
      false,
      false,
      true,
      true,
      true,
    ]);
    cache.set('e', token({ id: 'again' }));
    expect(cache.get('c'), 'nobody goes for one that is there').to.not.equal(undefined);
  });

  it('forgets a token whose key was withdrawn', () => {
    const cache = open();
    cache.set('a', token());
    known = undefined;
    expect(cache.get('a')).to.equal(undefined);
    known = KEY;
    expect(cache.get('a'), 'for good').to.equal(undefined);
  });

  it('leaves the question to the check when the key must be asked for, also when that fails', async () => {
    const cache = open();
    cache.set('a', token());
    // Nobody waits for this one: unheard, its rejection would end the process.
    const unheard: unknown[] = [];
    const listeners = process.rawListeners(
      'unhandledRejection',
    ) as NodeJS.UnhandledRejectionListener[];
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => {
      unheard.push(reason);
    });
    try {
      known = Promise.reject(new Error('the source of keys is away'));
      expect(cache.get('a')).to.equal(undefined);
      await turn();
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) {
        process.on('unhandledRejection', listener);
      }
    }
    expect(unheard).to.deep.equal([]);
  });
});

describe('what one instance remembers of revocations', () => {
  let time = 5000;
  const revocations = createLocalRevocations(() => time);
  after(() => revocations.close());

  it('is about one token, the tokens of a login, or those a user had until now', async () => {
    const one = token({ id: 'one', principal: { ...token().principal, loginId: 'first' } });
    const two = token({ id: 'two', principal: { ...token().principal, loginId: 'second' } });
    const revoked = () => [one, two].map((each) => revocations.isRevoked(each));
    expect(revoked()).to.deep.equal([false, false]);
    await revocations.denyToken(1, 'one', 10_000);
    expect(revoked()).to.deep.equal([true, false]);
    await revocations.denyLogins(1, ['second'], 10_000);
    expect(revoked()).to.deep.equal([true, true]);

    const principal = { ...token().principal, userId: 2 };
    await revocations.denyUser(2, 5000, 10_000);
    expect(revocations.isRevoked(token({ id: 'old', principal, issuedAt: 4999 }))).to.equal(true);
    expect(revocations.isRevoked(token({ id: 'new', principal, issuedAt: 5000 }))).to.equal(false);
    time = 6000;
  });
});
