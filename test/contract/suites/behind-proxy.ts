import { expect } from 'chai';
import { ApiClient } from '../../support/api-client.js';
import { rawRequest } from '../../support/raw-request.js';
import { type RunningService, startService } from '../../support/service.js';
import type { World } from '../world.js';

export function describeBehindProxy(world: World): void {
  describe('behind a proxy', () => {
    let service: RunningService;
    let api: ApiClient;

    before(async () => {
      const changes = { TRUST_PROXY: 'on', COOKIE_SECURE: 'off', LOG_LEVEL: 'trace' };
      service = await startService({ ...world.variables, ...changes });
      api = new ApiClient(service.url);
    });
    after(() => service?.stop());

    type Lines = readonly string[];

    /** What a client behind this proxy sends, with as many lines of X-Forwarded-For as the proxy wrote. */
    async function guess(
      method: string,
      path: string,
      body: object,
      forwarded: Lines,
      more = '',
    ): Promise<string> {
      const json = JSON.stringify(body);
      const lines = forwarded.map((line) => `X-Forwarded-For: ${line}\r\n`).join('');
      const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n`;
      const { status, text } = await rawRequest(
        service.url,
        `${method} ${path} HTTP/1.1\r\n${head}${lines}${more}\r\n${json}`,
      );
      return `${status} ${/"code":"(\w+)"/.exec(text)?.[1]}`;
    }

    const IPV4 = (n: number): readonly Lines[] => [
      [`203.0.113.77:${40_000 + n}`],
      ['203.0.113.77'],
      [`[::ffff:203.0.113.77]:${n}`],
      ['::FFFF:203.0.113.77'],
      [`::ffff:cb00:714d%eth${n}`],
      [`198.51.100.${n}, "203.0.113.77:${n}"`],
      [`198.51.100.${n}`, '203.0.113.77'],
      [`198.51.100.${n}, unknown`, `_hidden,\t203.0.113.77:${n} `],
    ];
    const IPV6 = (n: number): readonly Lines[] => [
      [`[2001:db8::1]:${443 + n}`],
      ['2001:DB8:0::1'],
      [`2001:db8::${n + 2}`],
      [`"[2001:0db8::1%25eth0]:${n}"`],
      [`198.51.100.${n}`, `2001:db8:0:0:a::${n}%eth${n}`],
    ];
    const NOT_ONE = (n: number): readonly Lines[] => [
      ['unknown'],
      [`_hidden${n}`],
      [`203.0.113.${n},`],
      [''],
      [`203.0.113.${n}:x`],
      [`203.0.113.${n}`, ''],
      [`203.0.113.${n}`, 'localhost'],
      [`203.0.113.${n} 203.0.113.78`],
      [`0${n}0.1.1.1`],
      [],
    ];
    const spelled = { IPv4: IPV4, IPv6: IPV6, 'what is none': NOT_ONE };

    for (const [kind, formsOf] of Object.entries(spelled)) {
      it(`counts an address once, whatever port or spelling it comes with: ${kind}`, async () => {
        const { email, password } = await api.register('target');
        const logIn = (lines: Lines, n: number, given = 'a guess') =>
          guess(
            'POST',
            '/auth/login',
            { email, password: given },
            lines,
            // RFC 7239 is not read: a proxy that writes it writes the other one too.
            `Forwarded: for=203.0.113.${n}\r\nX-Real-IP: 203.0.113.${n}\r\n`,
          );
        for (let n = 0; n < 10; n += 1) {
          const forms = formsOf(n);
          expect(await logIn(forms[n % forms.length] as Lines, n)).to.equal('401 login_failed');
        }
        for (const form of formsOf(99)) {
          expect(await logIn(form, 99, password), String(form)).to.equal('429 too_many_logins');
        }
        expect(await logIn(['198.51.100.1:77'], 99), 'from elsewhere').to.equal('401 login_failed');
      });
    }

    it('counts guesses at the password of a login that is there by the same rule', async () => {
      const account = await api.register('target');
      const credentials = [await api.logIn(account), await api.logIn(account)];
      const change = (n: number, form: number) => {
        const [[name, value] = ['', '']] = Object.entries(credentials[n % 2] ?? {});
        const lines = IPV4(n)[form % IPV4(n).length] as Lines;
        const body = { currentPassword: 'a guess', newPassword: 'long enough to pass, too' };
        return guess('PUT', '/me/password', body, lines, `${name}: ${value}\r\n`);
      };
      for (let n = 0; n < 10; n += 1) {
        expect(await change(n, n)).to.equal('401 login_failed');
      }
      for (let form = 0; form < IPV4(0).length; form += 1) {
        expect(await change(form, form)).to.equal('429 too_many_logins');
      }
    });

    it('logs no secret that is typed where it does not belong', async () => {
      const secret = 'SeCrEt-typed-in-the-wrong-place';
      const paths = [`/auth/${secret}`, `/posts/${secret}`, `/${secret}`, `/me?token=${secret}`];
      for (const path of [...paths, `/auth/sessions/${secret}`, `/docs/${secret}`]) {
        for (const method of ['GET', 'POST', 'DELETE']) {
          await api.call(method, path, {
            credential: world.adaCredential,
            headers: { 'user-agent': secret, 'if-match': `"${secret}"`, 'idempotency-key': secret },
          });
        }
      }
      await api.login(`${secret}@example.test`, secret);
      await api.call('POST', '/auth/login', { body: `{"email":${secret}` });
      expect(service.stdout()).to.include('"path":"/auth/***"').and.include('"path":"/posts/:id"');
      expect(service.stdout()).to.not.include(secret);
    });
  });
}
