import { expect } from 'chai';
import { readAuthorization } from '../../../src/auth/authorization-header.js';
import {
  cookiePolicy,
  hasCookie,
  readSessionCookie,
} from '../../../src/auth/session/cookie-policy.js';
import { isCrossSite } from '../../../src/auth/session/cross-site.js';
import { sourceOf } from '../../../src/auth/source-address.js';

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
});

describe('the Authorization header', () => {
  const read = (header: string | undefined) => {
    try {
      return readAuthorization(header, 'Bearer', 'Bearer realm="api"');
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('gives the credential of its scheme, in any case', () => {
    expect(read('Bearer abc')).to.equal('abc');
    expect(read('bEARER  abc ')).to.equal('abc');
  });

  it('gives nothing of another scheme or an empty one', () => {
    for (const header of [undefined, '', 'Bearer', 'Bearer ', 'Bearerabc', 'Basic abc', 'abc']) {
      expect(read(header), String(header)).to.equal('credential_missing');
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
  });
});
