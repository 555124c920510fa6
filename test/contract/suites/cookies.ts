import { expect } from 'chai';
import { ApiClient, type Credential } from '../../support/api-client.js';
import { rawRequest } from '../../support/raw-request.js';
import { type RunningService, startService } from '../../support/service.js';
import type { World } from '../world.js';

/** What they ask for is not there or not valid, so the same login can send them again and again. */
const UNSAFE: readonly (readonly [string, string])[] = [
  ['POST', '/posts'],
  ['PUT', '/posts/999999'],
  ['PATCH', '/posts/999999'],
  ['DELETE', '/posts/999999'],
  ['PUT', '/me/password'],
  ['DELETE', '/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA'],
  ['POST', '/predictions'],
];
/** A page could also log its visitor in as somebody else. */
const LOGIN = ['POST', '/auth/login'] as const;

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** How cookies are read, and whose pages may send them: one rule for whoever uses cookies. */
export function describeCookies(world: World): void {
  if (world.description.carrier !== 'cookie') {
    return;
  }

  /** As it stands here, which fetch would not send. */
  async function send(
    url: string,
    [method, path]: readonly [string, string],
    fields: Fields,
    body = '{}',
  ) {
    const lines = Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value) => `${name}: ${value}\r\n`),
    );
    const { status, text } = await rawRequest(
      url,
      `${method} ${path} HTTP/1.1\r\nConnection: close\r\n${lines.join('')}\r\n${body}`,
    );
    const code = /"code":"(\w+)"/.exec(text)?.[1] ?? '';
    return { status, code };
  }

  describe('cookies', () => {
    const me = (...cookies: readonly string[]) =>
      send(world.url, ['GET', '/me'], { Host: 'x', Cookie: cookies });
    const own = () => {
      const pair = world.adaCredential.cookie as string;
      const at = pair.indexOf('=');
      return { pair, name: pair.slice(0, at), value: pair.slice(at + 1) };
    };

    it('are found whatever stands around them', async () => {
      const { pair, name } = own();
      for (const header of [
        pair,
        `a=b;${pair}`,
        `a=b; ${pair}`,
        `a=b;\t ${pair}\t;c=d`,
        `  ${pair}  `,
        `${pair};`,
        `;;${pair}; ;`,
        `; ; ${pair}`,
        `a;${pair}`,
        `=;=x;${pair}`,
        `a="b c";${pair};d="e`,
        `${name.toUpperCase()}=x; ${pair}`,
        `x${name}=y; ${name}x=y; ${name}.sig=z; ${pair}`,
        `${pair}; ${name}=x`,
        `${pair};${name}=`,
      ]) {
        expect((await me(header)).status, header).to.equal(200);
      }
      expect((await me('a=b', pair)).status, 'in a second line').to.equal(200);
      expect((await me(pair, `${name}=x`)).status, 'the first of two lines').to.equal(200);
    });

    it('are to the letter, and the first of a name counts', async () => {
      const { pair, name, value } = own();
      for (const header of [
        `${name}="${value}"`,
        `${name}='${value}'`,
        `${name}= ${value}`,
        `${name}=${value}"`,
        `${name}="${value}`,
        `${name}=%${value.charCodeAt(0).toString(16)}${value.slice(1)}`,
        `${name}=x; ${pair}`,
        `${name}=; ${pair}`,
        `${name}=x;${pair}`,
        `${name}==${value}`,
        `${name}=${value},a=b`,
        `${name}=${value} a=b`,
      ]) {
        expect(await me(header), header).to.deep.equal({ status: 401, code: 'credential_invalid' });
      }
      for (const header of [
        `${name} =${value}`,
        `${name.toUpperCase()}=${value}`,
        `a=${pair}`,
        `a=b,${pair}`,
        `a=b ${pair}`,
        `"${pair}"`,
        `$Version=1, ${pair}`,
        `\xa0${pair}`,
        name,
        '',
        ';',
        '=',
      ]) {
        expect(await me(header), header).to.deep.equal({ status: 401, code: 'credential_missing' });
      }
    });
  });

  describe('pages that send cookies', () => {
    let proxied: RunningService;
    let credential: Credential;
    let loginBody = '';

    before(async () => {
      proxied = await startService({
        ...world.variables,
        TRUST_PROXY: 'on',
        COOKIE_SECURE: 'off',
      });
      const api = new ApiClient(proxied.url);
      const account = await api.register('page');
      credential = await api.logIn(account);
      loginBody = JSON.stringify({ email: account.email, password: account.password });
    });
    after(() => proxied?.stop());

    async function expectAll(isProxied: boolean, refused: boolean, fields: Fields): Promise<void> {
      const what = JSON.stringify(fields);
      const { cookie } = (isProxied ? credential : world.adaCredential) as { cookie: string };
      const url = isProxied ? proxied.url : world.url;
      const answers = await Promise.all(
        [...UNSAFE, ...(refused ? [LOGIN] : [])].map((route) => {
          const body = route === LOGIN ? loginBody : '{}';
          return send(
            url,
            route,
            {
              Cookie: cookie,
              'Content-Type': 'application/json',
              'Content-Length': String(body.length),
              ...fields,
            },
            body,
          );
        }),
      );
      for (const [at, { status, code }] of answers.entries()) {
        const route = `${(UNSAFE[at] ?? LOGIN).join(' ')} ${what}`;
        expect(status, route).to.not.be.oneOf([0, 401]);
        expect(code === 'cross_site_request', `${route}: ${status} ${code}`).to.equal(refused);
      }
      const read = await send(url, ['GET', '/me'], { Cookie: cookie, ...fields });
      expect(read.status, `GET /me ${what}`).to.equal(200);
    }

    const OWN: readonly (readonly [string, string])[] = [
      ['x.test', 'https://x.test'],
      ['x.test:443', 'https://x.test'],
      ['x.test', 'https://x.test:443'],
      ['x.test:80', 'http://x.test'],
      ['x.test', 'http://x.test:80'],
      ['x.test:', 'https://x.test'],
      ['X.Test:8443', 'https://x.test:8443'],
      ['x.test', 'HTTPS://X.TEST'],
      ['x.test.', 'https://x.test.'],
      ['[::1]:443', 'https://[::1]'],
      ['[0:0::1]:3000', 'http://[::1]:3000'],
      ['[2001:DB8::1]', 'https://[2001:db8::1]'],
      ['xn--bcher-kva.test', 'https://XN--bcher-kva.test'],
    ];
    const FOREIGN: readonly (readonly [string, string])[] = [
      ['x.test', 'null'],
      ['x.test', ''],
      ['x.test', 'https://y.test'],
      ['x.test', 'https://a.x.test'],
      ['x.test', 'https://x.test.'],
      ['x.test', 'https://x.test:8443'],
      ['x.test:80', 'https://x.test'],
      ['x.test:443', 'http://x.test'],
      ['x.test', 'https://x.test https://y.test'],
      ['x.test', 'https://x.test/'],
      ['x.test', 'x.test'],
      ['[::1]:3000', 'http://[::2]:3000'],
      ['[::1]', 'http://127.0.0.1'],
      ['xn--bcher-kva.test', 'https://bucher.test'],
    ];

    it('are told from foreign ones by their origin, however it is written', async () => {
      for (const [Host, Origin] of OWN) {
        await expectAll(false, false, { Host, Origin });
      }
      const login = await send(
        world.url,
        LOGIN,
        {
          Host: 'x.test:443',
          Origin: 'https://x.test',
          'Content-Type': 'application/json',
          'Content-Length': String(loginBody.length),
        },
        loginBody,
      );
      expect(login.status).to.equal(200);
      for (const [Host, Origin] of FOREIGN) {
        await expectAll(false, true, { Host, Origin });
      }
      const twice = { Host: 'x.test', Origin: ['https://x.test', 'https://x.test'] };
      await expectAll(false, true, twice);
    });

    it('are told by Sec-Fetch-Site before Origin, and never by Referer', async () => {
      const Host = 'x.test';
      const own = { Host, Origin: 'https://x.test' };
      const foreign = { Host, Origin: 'https://y.test' };
      for (const site of ['same-origin', 'none']) {
        await expectAll(false, false, { ...own, 'Sec-Fetch-Site': site });
        await expectAll(false, false, { ...foreign, 'Sec-Fetch-Site': site });
      }
      for (const site of ['same-site', 'cross-site', 'Same-Origin', '', 'none, same-origin']) {
        await expectAll(false, true, { ...own, 'Sec-Fetch-Site': site });
      }
      await expectAll(false, true, { ...own, 'Sec-Fetch-Site': ['same-origin', 'cross-site'] });
      await expectAll(false, false, { Host, Referer: 'https://y.test/page' });
      await expectAll(false, true, { ...foreign, Referer: 'https://x.test/page' });
    });

    it('are told by what the proxy in front says, if it is trusted', async () => {
      const Origin = 'https://x.test';
      const inner = { Host: 'app:3000', Origin };
      for (const host of ['x.test', 'x.test:443', 'X.TEST', 'y.test, x.test']) {
        const fields = { ...inner, 'X-Forwarded-Host': host };
        await expectAll(true, false, fields);
        await expectAll(true, false, { ...fields, 'X-Forwarded-Proto': 'https' });
        await expectAll(false, true, fields);
      }
      const lines = { ...inner, 'X-Forwarded-Host': ['y.test', 'x.test'] };
      await expectAll(true, false, lines);
      for (const host of ['y.test', 'x.test, y.test', 'x.test:8443', 'x.test/', 'a@x.test']) {
        await expectAll(true, true, { ...inner, 'X-Forwarded-Host': host });
        // Not believed, and it is not what Host says either.
        await expectAll(false, false, { Host: 'x.test', Origin, 'X-Forwarded-Host': host });
      }
      const plain = { Host: 'x.test', Origin: 'http://x.test' };
      await expectAll(true, true, { ...plain, 'X-Forwarded-Proto': 'https' });
      await expectAll(true, true, { ...plain, 'X-Forwarded-Proto': 'http, HTTPS' });
      await expectAll(true, false, { ...plain, 'X-Forwarded-Proto': 'https, http' });
      await expectAll(false, false, { ...plain, 'X-Forwarded-Proto': 'https' });
      await expectAll(true, true, { ...inner, Forwarded: 'host=x.test;proto=https' });
    });
  });
}
