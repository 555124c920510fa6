import { expect } from 'chai';
import { credentialOf, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { me, newcomer, postForm, type World } from '../world.js';

/** Whether a token can be revoked; by when a revoked one is refused: replay.ts among the attacks. */
function describeRevoking(world: World): void {
  const { revokesTokens = false, listsLogins } = world.description;

  it(`revoking a token ${revokesTokens ? 'works' : 'does not exist'}, as declared`, async () => {
    const { answer, credential } = await newcomer(world.api, 'revoker');
    const { access_token = 'A'.repeat(64), refresh_token = access_token } = answer.body;
    const revoked = await postForm(world.api, '/auth/revoke', { token: refresh_token });
    if (!revokesTokens) {
      expectProblem(revoked, 404, 'not_supported');
      return;
    }
    expect(revoked.status).to.equal(200);
    if (listsLogins && outlivesLogin(world.description)) {
      const list = await world.api.call('GET', '/auth/sessions', { credential });
      expect(list.body.items).to.deep.equal([]);
    }
    if (world.description.revocation === 'at-once' && !world.description.refreshes) {
      expectProblem(await me(world.api, credential), 401, 'credential_invalid');
    }
  });
}

/** Rotation, reuse and life in depth: refresh-tokens.test.ts. */
export function describeRefresh(world: World): void {
  describeRevoking(world);

  describe('refreshing', () => {
    if (!world.description.refreshes) {
      it('does not exist, as declared', async () => {
        const { body } = await world.api.login(world.ada.email, world.ada.password);
        expect(body).to.not.have.property('refresh_token');
        const refresh_token = 'A'.repeat(64);
        for (const answer of [
          await world.api.call('POST', '/auth/refresh', { body: { refresh_token } }),
          await postForm(world.api, '/auth/token', { grant_type: 'refresh_token', refresh_token }),
        ]) {
          expectProblem(answer, 404, 'not_supported');
        }
      });
      return;
    }

    it('gives a new credential on the other instance, and stays one login', async () => {
      const { account, answer } = await newcomer(world.api, 'refresher');
      const refreshed = await world.second.call('POST', '/auth/refresh', {
        body: { refresh_token: answer.body.refresh_token },
      });
      expect(refreshed.status).to.equal(200);
      expect(refreshed.headers.get('cache-control')).to.equal('no-store');
      expect(refreshed.body).to.have.all.keys(
        'access_token',
        'token_type',
        'expires_in',
        'refresh_token',
      );
      expect(refreshed.body.access_token).to.not.equal(answer.body.access_token);
      expect(refreshed.body.refresh_token).to.not.equal(answer.body.refresh_token);
      const credential = credentialOf(refreshed);
      expect((await me(world.api, credential)).body.id).to.equal(account.id);
      if (world.description.listsLogins) {
        const list = await world.api.call('GET', '/auth/sessions', { credential });
        expect(list.body.items).to.have.length(1);
      }
    });

    it('ends with the login', async () => {
      const { answer, credential } = await newcomer(world.api, 'refresher');
      await world.api.call('POST', '/auth/logout', { credential });
      const refreshed = await world.second.call('POST', '/auth/refresh', {
        body: { refresh_token: answer.body.refresh_token },
      });
      expectProblem(refreshed, 400, 'refresh_invalid');
      expect(refreshed.body.error).to.equal('invalid_grant');
    });
  });
}
