import { expect } from 'chai';
import { expectProblem, tamper } from '../../support/api-client.js';
import type { World } from '../world.js';

export function describeCredential(world: World): void {
  describe('a credential', () => {
    const guarded = [
      ['GET', '/me'],
      ['POST', '/auth/logout'],
      ['GET', '/posts'],
      ['POST', '/posts'],
      ['GET', '/posts/1'],
      ['PUT', '/posts/1'],
      ['PATCH', '/posts/1'],
      ['DELETE', '/posts/1'],
      ['GET', '/users/1'],
      ['PUT', '/me/password'],
      ['GET', '/auth/sessions'],
      ['DELETE', '/auth/sessions'],
      ['DELETE', '/auth/sessions/some'],
      ['POST', '/auth/sessions/delegated'],
    ] as const;
    for (const [method, path] of guarded) {
      it(`is asked for by ${method} ${path}`, async () => {
        expectProblem(await world.api.call(method, path), 401, 'credential_missing');
      });
    }

    it('is challenged for where HTTP has a scheme for it', async () => {
      const answer = await world.api.call('GET', '/me');
      const scheme = world.adaCredential.authorization?.split(' ')[0];
      const challenge = answer.headers.get('www-authenticate');
      expect(challenge?.split(' ')[0]).to.equal(scheme);
    });

    it('is not taken from the query string', async () => {
      const [value = ''] = Object.values(world.adaCredential);
      const token = encodeURIComponent(value.split(/[ =]/).at(-1) ?? '');
      const answer = await world.api.call('GET', `/me?access_token=${token}&session=${token}`);
      expectProblem(answer, 401, 'credential_missing');
    });

    it('does not break the server when it is huge or nonsense', async () => {
      const [[header = '', value = ''] = []] = Object.entries(world.adaCredential);
      const prefix = /^[^ =]+[ =]/.exec(value)?.[0] ?? '';
      for (const nonsense of ['a'.repeat(8000), '.', '%00', '{}', 'bnVsbA', '"', '==']) {
        const credential = { [header]: prefix + nonsense };
        expectProblem(
          await world.api.call('GET', '/me', { credential }),
          401,
          'credential_invalid',
        );
      }
    });

    if (!world.description.control) {
      it('is refused when a character of it was changed', async () => {
        const answer = await world.api.call('GET', '/me', {
          credential: tamper(world.adaCredential),
        });
        expectProblem(answer, 401, 'credential_invalid');
      });
    }

    if (!world.description.control) {
      const same = world.description.onePerUser === true;
      it(`of one login is ${same ? '' : 'not '}that of the next`, async () => {
        const again = await world.api.logIn(world.ada);
        const [before] = Object.values(world.adaCredential);
        const [after] = Object.values(again);
        expect(after === before, 'the same').to.equal(same);
      });
    }
  });
}
