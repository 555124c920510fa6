import { expect } from 'chai';
import { ApiClient, expectProblem } from '../../support/api-client.js';
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

    it('counts an address once, whatever port or spelling it comes with', async () => {
      const { email } = await api.register('target');
      const forms = (n: number) => [
        `203.0.113.77:${40_000 + n}`,
        `[::ffff:203.0.113.77]:${n}`,
        `198.51.100.${n}, "203.0.113.77:${n}"`,
      ];
      const guess = (address: string) =>
        api.call('POST', '/auth/login', {
          body: { email, password: 'a guess' },
          headers: { 'x-forwarded-for': address },
        });
      for (let n = 0; n < 10; n += 1) {
        expectProblem(await guess(forms(n)[n % 3] as string), 401, 'login_failed');
      }
      for (const address of forms(99)) {
        expectProblem(await guess(address), 429, 'too_many_logins');
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
