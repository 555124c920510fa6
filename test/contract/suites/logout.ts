import { expect } from 'chai';
import { me, type World } from '../world.js';

/** What a logout does to the credential itself: properties.ts, `revocation`. */
export function describeLogout(world: World): void {
  describe('logout', () => {
    it('answers 204 without a body', async () => {
      const credential = await world.api.logIn(world.ada);
      const answer = await world.api.call('POST', '/auth/logout', { credential });
      expect(answer.status).to.equal(204);
      expect(answer.body).to.equal('');
    });

    // One credential for all logins of a user ends with any of them.
    if (world.description.onePerUser) {
      return;
    }

    it('ends one login and leaves the others', async () => {
      const credential = await world.api.logIn(world.ada);
      await world.api.call('POST', '/auth/logout', { credential });
      expect((await me(world.api, world.adaCredential)).status).to.equal(200);
    });
  });
}
