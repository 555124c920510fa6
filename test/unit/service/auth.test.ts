import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import {
  isSameSecret,
  readAuthorization,
} from '../../../src/auth/credentials/authorization-header.js';
import { sourceOf } from '../../../src/auth/credentials/source-address.js';
import {
  cookiePolicy,
  hasCookie,
  isCrossSite,
  readSessionCookie,
} from '../../../src/auth/session/cookie-policy.js';

const ID = 'Az09_-'.repeat(8).slice(0, 43);

describe('the session cookie', () => {
  it('has the __Host- prefix exactly when it is Secure', () => {
    for (const sessionCookieName of ['session', 'jwt.2']) {
      const policy = (cookieSecure: boolean) => cookiePolicy({ cookieSecure, sessionCookieName });
      expect(policy(true)).to.deep.equal({ name: `__Host-${sessionCookieName}`, secure: true });
      expect(policy(false)).to.deep.equal({ name: sessionCookieName, secure: false });
    }
  });

  it('is found among others', () => {
    for (const header of [
      `session=${ID}`,
      `a=b; session=${ID}`,
      `session=${ID}; a=b`,
      `a=b;session=${ID};c`,
      `a=b;\tsession=${ID}\t ; c=d`,
      `;;; ;session=${ID};`,
      `Session=x; SESSION=y; session=${ID}`,
      `=x; a; session=${ID}`,
    ]) {
      expect(readSessionCookie(header, 'session'), header).to.equal(ID);
    }
  });

  it('is not mistaken for one whose name ends alike, nor taken in another shape', () => {
    const headers = [
      undefined,
      '',
      `xsession=${ID}`,
      `session.sig=${ID}`,
      `session=${ID}x`,
      `session=${ID.slice(1)}`,
      `session=${ID.slice(1)}.`,
      'session=',
      `a=session=${ID}`,
      `session="${ID}"`,
      `session =${ID}`,
      `session= ${ID}`,
      `SESSION=${ID}`,
      `\u00a0session=${ID}`,
      `a="; session=x"; session=${ID}`,
      `$Version=1, session=${ID}`,
    ];
    for (const header of headers) {
      expect(readSessionCookie(header, 'session'), String(header)).to.equal(undefined);
    }
  });

  it('is the first of its name, so that a second one cannot replace it', () => {
    const other = 'B'.repeat(43);
    expect(readSessionCookie(`session=${ID}; session=${other}`, 'session')).to.equal(ID);
    expect(readSessionCookie(`session=bad; session=${other}`, 'session')).to.equal(undefined);
  });

  it('is told from no cookie at all', () => {
    expect(hasCookie('a=b; session=bad', 'session')).to.equal(true);
    expect(hasCookie('session=', 'session')).to.equal(true);
    expect(hasCookie('a=b; xsession=1', 'session')).to.equal(false);
    expect(hasCookie(undefined, 'session')).to.equal(false);
  });
});

describe('a request from another site', () => {
  const host = 'api.example.test';
  const cases: [string, boolean, string, Record<string, string>][] = [
    ['what a browser calls same-origin', false, 'POST', { 'sec-fetch-site': 'same-origin' }],
    ['what the user typed', false, 'POST', { 'sec-fetch-site': 'none' }],
    ['a sibling subdomain', true, 'POST', { 'sec-fetch-site': 'same-site' }],
    ['another site', true, 'DELETE', { 'sec-fetch-site': 'cross-site' }],
    ['another site that only reads', false, 'GET', { 'sec-fetch-site': 'cross-site' }],
    ['an old browser on this host', false, 'PUT', { origin: `https://${host}` }],
    ['an old browser elsewhere', true, 'PUT', { origin: 'https://evil.example' }],
    ['this host on another port', true, 'PUT', { origin: `https://${host}:8443` }],
    ['a sandboxed page', true, 'PATCH', { origin: 'null' }],
    ['a client that is no browser', false, 'POST', {}],
    [
      'the newer header, whatever Origin says',
      true,
      'POST',
      { 'sec-fetch-site': 'cross-site', origin: `https://${host}` },
    ],
  ];
  for (const [what, expected, method, headers] of cases) {
    it(`is ${expected ? '' : 'not '}seen in ${what}`, () => {
      expect(isCrossSite(method, { host, ...headers })).to.equal(expected);
    });
  }

  it('is told by the origin, and not by how it is written', () => {
    for (const [own, origin] of [
      ['x.test:443', 'https://x.test'],
      ['x.test', 'https://x.test:443'],
      ['x.test:80', 'http://x.test'],
      ['x.test', 'http://x.test:80'],
      ['X.TEST', 'https://x.test'],
      ['x.test', 'HTTPS://X.Test'],
      ['x.test:8443', 'https://x.test:8443'],
      ['x.test.', 'https://x.test.'],
      ['[::1]:3000', 'http://[0:0:0:0:0:0:0:1]:3000'],
      ['xn--bcher-kva.test', 'https://bücher.test'],
      ['bücher.test', 'https://xn--bcher-kva.test'],
    ] as const) {
      expect(isCrossSite('POST', { host: own, origin }), `${own} ${origin}`).to.equal(false);
    }
    for (const [own, origin] of [
      ['x.test:80', 'https://x.test'],
      ['x.test:443', 'http://x.test'],
      ['x.test', 'http://x.test:443'],
      ['x.test', 'https://x.test.'],
      ['x.test', 'https://x.test/'],
      ['x.test', 'https://x.test/path'],
      ['x.test', 'https://ada@x.test'],
      ['x.test', 'https://x.test, https://x.test'],
      ['x.test', 'https://x.test https://x.test'],
      ['x.test', 'chrome-extension://x.test'],
      ['x.test', 'ws://x.test'],
      ['x.test', '//x.test'],
      ['x.test', 'x.test'],
      ['x.test', 'NULL'],
      ['x.test', ''],
      ['x.test/evil', 'https://x.test'],
      ['evil@x.test', 'https://x.test'],
      ['x.test\\@evil', 'https://x.test'],
      ['', 'https://x.test'],
    ] as const) {
      expect(isCrossSite('POST', { host: own, origin }), `${own} ${origin}`).to.equal(true);
    }
    expect(isCrossSite('POST', { origin: 'https://x.test' }), 'no host').to.equal(true);
  });

  it('is told by what a trusted proxy says of host and scheme, and by no other', () => {
    const headers = {
      host: 'app:3000',
      'x-forwarded-host': 'evil.example, x.test',
      'x-forwarded-proto': 'http, https',
      origin: 'https://x.test',
    };
    expect(isCrossSite('POST', headers, true)).to.equal(false);
    expect(isCrossSite('POST', headers, false)).to.equal(true);
    for (const origin of ['http://x.test', 'http://x.test:443', 'https://evil.example']) {
      expect(isCrossSite('POST', { ...headers, origin }, true), origin).to.equal(true);
    }
    // Of two proxies the inner one speaks plain HTTP with the outer one, which has ended TLS.
    const inner = { ...headers, 'x-forwarded-proto': 'http' };
    expect(isCrossSite('POST', inner, true)).to.equal(false);
    const port = { ...headers, 'x-forwarded-host': 'x.test:443' };
    expect(isCrossSite('POST', port, true)).to.equal(false);
  });

  it('is seen in any other word than the two of Sec-Fetch-Site, which browsers write one way', () => {
    for (const site of ['Same-Origin', 'none, none', 'same-origin, none', '', 'x']) {
      const headers = { host, origin: `https://${host}`, 'sec-fetch-site': site };
      expect(isCrossSite('POST', headers), site).to.equal(true);
    }
  });
});

describe('the Authorization header', () => {
  const read = (headers: string | string[] | undefined) => {
    try {
      const lines = [headers].flat().filter((header) => header !== undefined);
      const request = {
        headers: { authorization: lines[0] },
        rawHeaders: lines.flatMap((line) => ['authorizatioN', line]),
      } as unknown as IncomingMessage;
      return readAuthorization(request, 'Bearer', 'Bearer realm="api"');
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('gives the credential of its scheme, in any case', () => {
    expect(read('Bearer abc')).to.equal('abc');
    expect(read('bEARER  abc')).to.equal('abc');
  });

  it('gives what follows the spaces to the letter, so that a credential has one spelling', () => {
    for (const spelled of ['\tabc', '\u00a0abc', 'abc\u00a0', '"abc"', 'abc, Bearer abc']) {
      expect(read(`Bearer ${spelled}`)).to.equal(spelled);
    }
    expect(read('Bearer\tabc')).to.equal('credential_missing');
  });

  it('gives nothing of another scheme or an empty one', () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Bearerabc', 'Basic abc', 'abc']) {
      expect(read(header), String(header)).to.equal('credential_missing');
    }
  });
});

describe('a shared secret', () => {
  const secret = new Uint8Array(32).fill(7);
  const text = Buffer.from(secret).toString('base64url');

  it('is the same in one spelling only', () => {
    expect(isSameSecret(text, secret)).to.equal(true);
    const last = text.slice(0, -1);
    // 32 bytes leave two bits of the last character unused.
    for (const other of [`${text}=`, `${text}!!`, ` ${text}`, `${text}A`, `${last}d`, last, '']) {
      expect(isSameSecret(other, secret), other).to.equal(false);
    }
  });
});

describe('the source of a login', () => {
  it('is the address, however IPv4 is written', () => {
    expect(sourceOf('192.0.2.1')).to.equal('192.0.2.1');
    expect(sourceOf('::ffff:192.0.2.1')).to.equal('192.0.2.1');
  });

  it('is the /64 of an IPv6 address, because one subscriber has them all', () => {
    expect(sourceOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(sourceOf('2001:db8:1:2::9')).to.equal('2001:db8:1:2::/64');
    expect(sourceOf('2001:db8::1')).to.equal('2001:db8:0:0::/64');
    expect(sourceOf('::1')).to.equal('0:0:0:0::/64');
    expect(sourceOf('[2001:DB8:0001:2::9]:443')).to.equal('2001:db8:1:2::/64');
    expect(sourceOf('2001:db8:1:2::9%eth0')).to.equal('2001:db8:1:2::/64');
  });

  it('is one address of IPv4 where a translator writes it in IPv6: the /64 would be everybody', () => {
    expect(sourceOf('64:ff9b::192.0.2.1')).to.equal(sourceOf('64:FF9B::c000:201'));
    expect(sourceOf('64:ff9b::192.0.2.1')).to.not.equal(sourceOf('64:ff9b::192.0.2.2'));
  });
});
