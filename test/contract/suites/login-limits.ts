import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

export function describeLoginLimits(world: World): void {
  describe('limits on logins', () => {
    it('stops one account from being guessed at, and tells when to come back', async () => {
      const target = await world.api.register('target');
      for (let attempt = 0; attempt < 10; attempt += 1) {
        expectProblem(await world.api.login(target.email, `guess ${attempt}`), 401, 'login_failed');
      }
      const answer = await world.api.login(target.email, target.password);
      expectProblem(answer, 429, 'too_many_logins');
      expect(Number(answer.headers.get('retry-after'))).to.be.within(1, 900);
      expect(
        (await world.api.login(world.ada.email, world.ada.password)).status,
        'another account',
      ).to.equal(200);
    });

    it('never limits logins that succeed', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => world.api.login(world.ada.email, world.ada.password)),
      );
      expect(answers.map(({ status }) => status)).to.deep.equal(Array(12).fill(200));
    });

    it('count over both instances', async () => {
      const target = await world.api.register('target');
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const api = attempt % 2 === 0 ? world.api : world.second;
        expectProblem(await api.login(target.email, 'a guess'), 401, 'login_failed');
      }
      for (const api of [world.api, world.second]) {
        expectProblem(await api.login(target.email, 'a guess'), 429, 'too_many_logins');
      }
    });
  });
}
