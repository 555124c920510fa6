import { expect } from 'chai';
import { credentialOf, expectProblem } from '../../support/api-client.js';
import { asOperator, me, newcomer, type World } from '../world.js';

/** That shutting an account ends its logins: revocation.ts. */
export function describeDisabling(world: World): void {
  describe('an account that an operator shut', () => {
    it('logs in as little as one with a wrong password, and looks the same', async () => {
      const { account } = await newcomer(world.api, 'shut');
      const wrong = await world.api.login(account.email, 'not the password');
      expect((await asOperator(world.api, `/users/${account.id}/disable`)).status).to.equal(204);
      for (const api of [world.api, world.second]) {
        const answer = await api.login(account.email, account.password);
        expectProblem(answer, 401, 'login_failed');
        expect(answer.body).to.deep.equal(wrong.body);
        expect([...answer.headers.keys()]).to.deep.equal([...wrong.headers.keys()]);
      }
    });

    it('is as before once it is opened again, but for its logins', async () => {
      const { account, credential } = await newcomer(world.api, 'shut');
      const path = `/users/${account.id}`;
      // Twice is once.
      for (const verb of ['disable', 'disable', 'enable', 'enable']) {
        expect((await asOperator(world.api, `${path}/${verb}`)).status).to.equal(204);
      }
      const answer = await world.api.login(account.email, account.password);
      expect(answer.status).to.equal(200);
      // What the shutting ended stays ended; what lives until it expires was never gone.
      const { revocation, sharedByInstances } = world.description;
      const takesOld = {
        'at-once': [false, false],
        'on-this-instance': [false, sharedByInstances],
        'at-expiry': [true, true],
        never: [true, true],
      }[revocation];
      for (const [index, api] of [world.api, world.second].entries()) {
        const old = await me(api, credential);
        if (takesOld[index]) expect(old.status).to.equal(200);
        else expectProblem(old, 401, 'credential_invalid');
      }
      // And what ended the old ones does not touch the new one.
      expect((await me(world.api, credentialOf(answer))).status).to.equal(200);
      const second = await me(world.second, credentialOf(answer));
      expect(second.status).to.equal(sharedByInstances ? 200 : 401);
    });

    it('is shut and opened by nobody but an operator', async () => {
      const { account, credential } = await newcomer(world.api, 'shut');
      const path = `/users/${account.id}/disable`;
      const open = `/users/${account.id}/enable`;
      for (const answer of [
        await world.api.call('POST', path),
        await world.api.call('POST', path, { credential }),
        await world.api.call('POST', open),
        await world.api.call('POST', open, { credential }),
      ]) {
        expectProblem(answer, 401, 'credential_missing');
        expect(answer.headers.get('www-authenticate')).to.equal('Operator');
      }
      for (const token of ['x', 'A'.repeat(43), 'A'.repeat(4000)]) {
        expectProblem(await asOperator(world.api, path, token), 403, 'operator_only');
        expectProblem(await asOperator(world.api, open, token), 403, 'operator_only');
      }
      expect((await world.api.login(account.email, account.password)).status).to.equal(200);
    });

    it('that does not exist is not found', async () => {
      for (const verb of ['disable', 'enable']) {
        const answer = await asOperator(world.api, `/users/2147483647/${verb}`);
        expectProblem(answer, 404, 'not_found');
      }
    });

    if (world.description.refreshes) {
      it('refreshes nothing, and cannot go on when it is opened again', async () => {
        const { account, answer } = await newcomer(world.api, 'shut');
        const body = { refresh_token: answer.body.refresh_token };
        for (const verb of ['disable', 'enable']) {
          await asOperator(world.api, `/users/${account.id}/${verb}`);
          const refreshed = await world.api.call('POST', '/auth/refresh', { body });
          expectProblem(refreshed, 400, 'refresh_invalid');
        }
      });
    }
  });
}
