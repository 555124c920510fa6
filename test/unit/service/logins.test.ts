import { expect } from 'chai';
import { clientLabel } from '../../../src/auth/credentials/client-label.js';
import {
  decodeRecord,
  encodeRecord,
  LOGIN_ID_LENGTH,
  type LoginRecord,
  loginIdOf,
  newLoginSecret,
} from '../../../src/auth/credentials/login-record.js';
import { createCookieCodec } from '../../../src/auth/session/sealed-cookie.js';

const RECORD: LoginRecord = {
  userId: 7,
  email: 'ada@example.test',
  name: 'Ada "the first", é 💻 \u0001',
  createdAt: 1000,
  seenAt: 2000,
  client: 'Firefox on Linux',
};
const HANDED_ON: LoginRecord = {
  ...RECORD,
  delegation: { actor: 'post-scheduler', scope: ['posts:read', 'posts:write'] },
  endsAt: 5000,
};

describe('the label of a client', () => {
  const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0';
  const cases: [string, string | undefined][] = [
    ['Firefox on Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
    ['Chrome on Windows', `Mozilla/5.0 (Windows NT 10.0; Win64) ${chrome} Safari/537.36`],
    ['Edge on Windows', `Mozilla/5.0 (Windows NT 10.0) ${chrome} Safari/537.36 Edg/142.0.0.0`],
    ['Opera on macOS', `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) ${chrome} Safari/1 OPR/120`],
    ['Chrome on Android', `Mozilla/5.0 (Linux; Android 15; Pixel) ${chrome} Mobile Safari/537.36`],
    [
      'Safari on iOS',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
    ],
    ['Firefox', 'Firefox/1.0'],
    ['curl', 'curl/8.14.1'],
    ['node', 'node'],
    ['a-very-long-name-of-', 'a-very-long-name-of-a-client/1'],
    ['unknown', undefined],
    ['unknown', ''],
    ['unknown', '<script>alert(1)</script>'],
    ['unknown', '\u{1F4A9}'],
  ];
  for (const [label, userAgent] of cases) {
    it(`of ${JSON.stringify(userAgent)} is ${label}`, () => {
      expect(clientLabel(userAgent)).to.equal(label);
    });
  }

  it('is short and plain whatever a client says', () => {
    for (const text of [
      'x'.repeat(10_000),
      `Firefox/${'<'.repeat(5000)}`,
      'Chrome/\r\nSet-Cookie: a',
    ]) {
      expect(clientLabel(text)).to.match(/^[\w.() -]{1,20}$/);
    }
  });
});

describe('the name of a login', () => {
  it('has one length and is told by the secret alone', () => {
    const secret = newLoginSecret();
    expect(secret).to.match(/^[\w-]{43}$/);
    expect(loginIdOf(secret))
      .to.match(/^[\w-]{22}$/)
      .and.equal(loginIdOf(secret));
    expect(LOGIN_ID_LENGTH).to.equal(22);
    expect(loginIdOf(newLoginSecret())).to.not.equal(loginIdOf(secret));
  });
});

describe('the record of a login', () => {
  for (const [what, record] of Object.entries({ plain: RECORD, 'handed on': HANDED_ON })) {
    it(`comes back as it was written: ${what}`, () => {
      expect(decodeRecord(encodeRecord(record))).to.deep.equal(record);
    });
  }

  it('holds values without the names of its fields', () => {
    expect(encodeRecord(RECORD)).to.not.match(/email|createdAt/);
  });
});

describe('a sealed session', () => {
  const secret = (first: number) => Uint8Array.from({ length: 32 }, (_, index) => first + index);
  const limits = { idleMs: 60_000, absoluteMs: 600_000 };
  const codec = createCookieCodec(secret(1), limits);
  const sealed = (login = RECORD) => codec.encode({ login, _expire: 0 });

  it('opens as it was closed, with its end', () => {
    const opened = codec.decode(sealed());
    expect(opened.login).to.deep.equal(RECORD);
    expect(opened._expire).to.equal(62_000);
  });

  it('opens when an earlier release closed it', () => {
    const cookie =
      'yYSaSlNMDh6fXVanzTRPvwymEzrOjIEO8rskfy7veH_B1ORPl6n9DSvwn6cuSEizTxNVaUs3GXMm1OdZum8DNL_' +
      'yRtktYcbYBNnUvR8AE8RYPDbiBn9oOEzH5Rr8tmvXfp0muDHtQufVuT0Y-Bbxvp-n9Q';
    expect(codec.decode(cookie).login).to.deep.equal(RECORD);
  });

  it('never looks the same twice and shows nothing', () => {
    expect(sealed()).to.not.equal(sealed());
    const bytes = Buffer.from(sealed(), 'base64url');
    expect(bytes.includes('ada@example.test')).to.equal(false);
  });

  it('does not open when any one of its characters is another', () => {
    const value = sealed();
    for (let position = 0; position < value.length; position += 1) {
      const other = value[position] === 'A' ? 'B' : 'A';
      const changed = value.slice(0, position) + other + value.slice(position + 1);
      expect(() => codec.decode(changed), String(position)).to.throw(SyntaxError);
    }
  });

  it('has one spelling, and nothing else opens', () => {
    const value = sealed();
    const spellings = [
      `${value}=`,
      `${value} `,
      ` ${value}`,
      `${value.slice(0, 10)}\n${value.slice(10)}`,
      value.replaceAll('-', '+').replaceAll('_', '/').concat('='),
      value.slice(0, -1),
      value.slice(0, 20),
      `${value}AAAA`,
      '',
      'bnVsbA',
      'A'.repeat(38),
    ];
    for (const spelling of spellings) {
      expect(() => codec.decode(spelling), spelling).to.throw(SyntaxError);
    }
  });

  it('of another secret does not open', () => {
    const other = createCookieCodec(secret(2), limits);
    expect(() => other.decode(sealed())).to.throw(SyntaxError);
  });
});
