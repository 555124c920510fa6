import { expect } from 'chai';
import { credentialOf, expectProblem } from '../../support/api-client.js';
import { asOperator, type World } from '../world.js';

export function describeRegistration(world: World): void {
  describe('registration', () => {
    it('creates a user, says where it is, and never shows the password', async () => {
      const answer = await world.api.call('POST', '/users', {
        body: {
          email: `new.${world.name}@example.test`,
          name: 'New',
          password: 'long enough to pass',
        },
      });
      expect(answer.status).to.equal(201);
      expect(answer.body).to.have.all.keys('id', 'email', 'name');
      const location = answer.headers.get('location') ?? '';
      expect(location).to.equal(`/users/${answer.body.id}`);
      const credential = credentialOf(
        await world.api.login(`new.${world.name}@example.test`, 'long enough to pass'),
      );
      const shown = await world.api.call('GET', location, { credential });
      expect(shown.status).to.equal(200);
      expect(shown.body).to.deep.equal(answer.body);
    });

    it('shows an account to nobody but its owner', async () => {
      const other = await world.api.register('other');
      const answer = await world.api.call('GET', `/users/${other.id}`, {
        credential: world.adaCredential,
      });
      expectProblem(answer, 403, 'not_owner');
    });

    it('refuses an address that is taken, in capitals too', async () => {
      const body = {
        email: world.ada.email.toUpperCase(),
        name: 'Eve',
        password: 'long enough to pass',
      };
      expectProblem(await world.api.call('POST', '/users', { body }), 409, 'email_taken');
    });

    it('refuses text that a database cannot hold, as a login does', async () => {
      const good = { email: 'text@example.test', name: 'Text', password: 'long enough to pass' };
      for (const text of ['nul \u0000', 'half a pair \ud800', '\udc00 the other half']) {
        for (const [path, body] of [
          ['/users', { ...good, name: text }],
          ['/users', { ...good, email: `${text}@example.test` }],
          ['/auth/login', { email: text, password: good.password }],
        ] as const) {
          const answer = await world.api.call('POST', path, { body });
          expectProblem(answer, 422, 'validation_failed');
        }
      }
    });

    it('has no account of an id that no row can have', async () => {
      for (const id of ['2147483648', '9999999999', '9223372036854775808']) {
        const path = `/users/${id}`;
        const credential = world.adaCredential;
        expectProblem(await world.api.call('GET', path, { credential }), 404, 'not_found');
        expectProblem(await asOperator(world.api, `${path}/disable`), 404, 'not_found');
        expectProblem(await asOperator(world.api, `${path}/enable`), 404, 'not_found');
      }
    });

    it('lists every field that is wrong', async () => {
      const body = { email: 'no address', name: '', password: 'short', admin: true };
      const answer = await world.api.call('POST', '/users', { body });
      expectProblem(answer, 422, 'validation_failed');
      const paths = answer.body.issues.map(({ path }: { path: string }) => path);
      expect(paths).to.include.members(['email', 'name', 'password', '']);
    });
  });
}
