import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { parseMediaType, requireUncoded, utf8TypeOf } from '../../../src/api/representation.js';
import { ExactRouter } from '../../../src/api/router.js';
import { clientAddress, normalAddress } from '../../../src/server/client-address.js';
import type { AppError } from '../../../src/server/errors.js';
import { pathOfTarget } from '../../../src/server/request-head.js';

const PEER = '192.0.2.7';

describe('the address of a client', () => {
  it('has one form, however a proxy writes it', () => {
    const spelled: Readonly<Record<string, readonly string[]>> = {
      '203.0.113.9': [
        '203.0.113.9',
        '203.0.113.9:40001',
        '203.0.113.9:0',
        '203.0.113.9:',
        ' 203.0.113.9\t',
        '"203.0.113.9"',
        '"203.0.113.9:40001"',
        '::ffff:203.0.113.9',
        '::FFFF:203.0.113.9',
        '::ffff:cb00:7109',
        '0:0:0:0:0:ffff:203.0.113.9',
        '[::ffff:203.0.113.9]',
        '[::ffff:cb00:7109]:40001',
        '"[::ffff:203.0.113.9]:40001"',
        '::ffff:203.0.113.9%eth0',
      ],
      '2001:db8::1': [
        '2001:db8::1',
        '2001:DB8:0:0::1',
        '2001:0db8:0000:0000:0000:0000:0000:0001',
        '[2001:db8::1]',
        '[2001:db8::1]:40001',
        '"[2001:db8::1]:40001"',
        '2001:db8::1%eth0',
        '[2001:db8::1%25eth0]:1',
      ],
    };
    for (const [normal, forms] of Object.entries(spelled)) {
      for (const form of forms) {
        expect(normalAddress(form), form).to.equal(normal);
        expect(clientAddress(`198.51.100.1, ${form}`, PEER), form).to.equal(normal);
      }
    }
  });

  it('is that of the peer where what is forwarded is none', () => {
    const forwarded = [
      'unknown',
      '_hidden',
      '',
      ' ',
      ',',
      '203.0.113.9,',
      'localhost',
      'x.test:1',
      '010.0.0.1',
      '0x7f.0.0.1',
      '1.2.3',
      '2130706433',
      '1.2.3.4.5',
      '256.1.1.1',
      '203.0.113.9:x',
      '203.0.113.9:-1',
      '203.0.113.9:1e3',
      '203.0.113.9:65536',
      '203.0.113.9:000000080',
      '203.0.113.9:80:80',
      '203.0.113.9/32',
      '203.0.113.9 198.51.100.1',
      '203.0.113.9;',
      '[203.0.113.9]:80',
      '[203.0.113.9]',
      '[2001:db8::1',
      '2001:db8::1]',
      '[2001:db8::1]80',
      '[2001:db8::1]]',
      '[]',
      '"',
      '""',
      '"203.0.113.9',
      'for=203.0.113.9',
      '203.0.113.9\u0000',
      '２０３.0.113.9',
      '٢٠٣.0.113.9',
      ':::',
      '::ffff:010.0.0.1',
      '2001:db8::12345',
      '9'.repeat(10_000),
      ':'.repeat(10_000),
    ];
    for (const text of forwarded) {
      expect(clientAddress(text, PEER), text.slice(0, 40)).to.equal(PEER);
      expect(clientAddress(text, `::ffff:${PEER}`), text.slice(0, 40)).to.equal(PEER);
    }
    expect(clientAddress(undefined, '::ffff:127.0.0.1')).to.equal('127.0.0.1');
    expect(clientAddress(undefined, 'FE80::1%eth0')).to.equal('fe80::1');
    expect(clientAddress(undefined, ''), 'a peer that has gone').to.equal('');
  });
});

describe('the path of a request', () => {
  it('is what was sent, to the letter', () => {
    for (const [target, path] of [
      ['/counters', '/counters'],
      ['/counters?a=/b?c', '/counters'],
      ['//counters', '//counters'],
      ['/counters#x', '/counters#x'],
      ['/counters\u00a0', '/counters\u00a0'],
      ['/\\counters', '/\\counters'],
      ['/./counters', '/./counters'],
      ['http://x/counters?a', '/counters'],
      ['HTTPS://x:1/COUNTERS', '/COUNTERS'],
      ['http://x/../counters', '/../counters'],
      ['http://x', '/'],
      ['http://x?a', '/'],
      ['*', '*'],
    ] as const) {
      expect(pathOfTarget(target), target).to.equal(path);
    }
  });

  it('is none where the target is no URL of HTTP', () => {
    for (const target of ['', 'counters', 'x:80', 'ftp://x/counters', 'http://[/', 'file:///x']) {
      let code = 'none';
      try {
        pathOfTarget(target);
      } catch (error) {
        ({ code } = error as AppError);
      }
      expect(code, target).to.equal('malformed_request');
    }
  });
});

describe('the router', () => {
  const router = new ExactRouter();
  router.get('/counters', () => {});
  router.get('/posts/:id', () => {});
  router.get('/auth/sessions/:id', () => {});

  it('knows a path in one spelling', () => {
    for (const path of ['/counters', '/posts/1', '/posts/a%20b', '/posts/%00']) {
      expect(router.match(path, 'GET').route, path).to.equal(true);
    }
    const others = ['/COUNTERS', '/Counters', '/counters/', '//counters', '/./counters'];
    const encoded = ['/%63ounters', '/counter%73', '/counters%2f', '/counters%20', '%2fcounters'];
    const parameters = ['/posts/%31', '/posts/1/', '/posts/%4a', '/posts/%7E', '/posts/a%2d'];
    const odd = [
      '/counters;x',
      '/counters#x',
      '/counters\n',
      '/counters\u00a0',
      '/counters%00',
      '',
    ];
    for (const path of [...others, ...encoded, ...parameters, ...odd]) {
      expect(router.match(path, 'GET').path, path).to.deep.equal([]);
    }
  });

  it('hides what is no word of its routes', () => {
    expect(router.redacted('/auth/eyJhbGciOi')).to.equal('/auth/***');
    expect(router.redacted('/Auth/sessions/x/y')).to.equal('/***/sessions/***/***');
    expect(router.redacted('/a'.repeat(1000)).length).to.be.below(40);
  });
});

describe('a media type', () => {
  it('is read by its grammar', () => {
    for (const text of [
      'application/json',
      'APPLICATION/Json',
      'application/json;',
      'application/json ;',
      'application/json;;',
      'application/json; ; ;',
      'application/json;charset=utf-8',
      'application/json ; CHARSET=UTF-8 ;',
      'application/json; charset="UTF-8"',
      'application/json; charset="\\u\\t\\f-8"',
      'application/json; version=1; charset=utf-8',
      'application/json; note="a;b,\\"c\\""',
    ]) {
      expect(typeIn(text), text).to.equal('application/json');
    }
  });

  it('is none when it breaks the grammar, and not ours in another charset', () => {
    for (const text of [
      '',
      ';',
      'json',
      'application',
      'application/',
      '/json',
      'application / json',
      'application/json/x',
      'application/json, application/json',
      'application/json charset=utf-8',
      'application/json; charset',
      'application/json; charset=',
      'application/json; =utf-8',
      'application/json; charset = utf-8',
      'application/json; charset="utf-8',
      'application/json; charset="utf-8"x',
      "application/json; charset='utf-8'",
      'application/json; charset=latin1',
      'application/json; charset=utf-16',
      'application/json; charset=utf-8; charset=latin1',
      'application/json; charset=latin1; CHARSET=utf-8',
      'application/json\u00a0',
    ]) {
      expect(typeIn(text), text).to.equal(undefined);
    }
    expect(parseMediaType('*/*; q=0.5')?.parameters.get('q')).to.equal('0.5');
  });

  it('is read in no time, whatever is sent', () => {
    const startedAt = performance.now();
    for (const part of [';', '; ', ' ;', '; a=b', '; a="\\"', ' ', '\t']) {
      typeIn(`application/json${part.repeat(16_000 / part.length)}x`);
    }
    expect(performance.now() - startedAt).to.be.below(500);
  });

  function typeIn(text: string): string | undefined {
    return utf8TypeOf({
      headers: { 'content-type': text },
      rawHeaders: ['Content-Type', text],
    } as unknown as IncomingMessage);
  }
});

describe('a body', () => {
  it('is taken as it is, in whatever words the request says so', () => {
    const codeOf = (headers: Readonly<Record<string, string>>): string => {
      try {
        requireUncoded({ headers } as unknown as IncomingMessage);
        return 'taken';
      } catch (error) {
        return (error as AppError).code;
      }
    };
    for (const coding of ['identity', 'Identity', 'identity, IDENTITY', '', ',', ' , identity']) {
      expect(codeOf({ 'content-encoding': coding }), coding).to.equal('taken');
    }
    for (const coding of [
      'gzip',
      'identity, gzip',
      'identity;q=1',
      'x-identity',
      'identity gzip',
    ]) {
      expect(codeOf({ 'content-encoding': coding }), coding).to.equal('unsupported_media_type');
    }
    expect(codeOf({ 'transfer-encoding': 'Chunked' })).to.equal('taken');
    expect(codeOf({ 'transfer-encoding': 'gzip, chunked' })).to.equal('unsupported_media_type');
  });
});
