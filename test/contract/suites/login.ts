import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

export function describeLogin(world: World): void {
  describe('login', () => {
    it('gives a credential that GET /me knows its owner by', async () => {
      const answer = await world.api.call('GET', '/me', { credential: world.adaCredential });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({
        id: world.ada.id,
        email: world.ada.email,
        name: world.ada.name,
      });
      expect(answer.headers.get('cache-control')).to.equal('no-store');
    });

    it('does not mind how the address is spelled', async () => {
      expect(
        (await world.api.login(world.ada.email.toUpperCase(), world.ada.password)).status,
      ).to.equal(200);
    });

    it('forbids caches to keep the answer', async () => {
      const answer = await world.api.login(world.ada.email, world.ada.password);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
    });

    it('answers a wrong password and an unknown user alike', async () => {
      const wrong = await world.api.login(world.ada.email, 'not her password');
      const unknown = await world.api.login('nobody@example.test', 'not her password');
      expectProblem(wrong, 401, 'login_failed');
      // RFC 9110, section 15.5.2; a cookie has no scheme to name.
      expect(wrong.headers.has('www-authenticate')).to.equal(
        world.description.carrier !== 'cookie',
      );
      expect(unknown.status).to.equal(wrong.status);
      expect(unknown.body).to.deep.equal(wrong.body);
      const names = (headers: Headers) => [...headers.keys()];
      expect(names(unknown.headers)).to.deep.equal(names(wrong.headers));
    });

    it('gives nothing away with a failed login', async () => {
      const answer = await world.api.login(world.ada.email, 'not her password');
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      expect(answer.body).to.not.have.property('access_token');
    });
  });
}
