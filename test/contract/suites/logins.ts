import { expect } from 'chai';
import { type ApiClient, type Credential, expectProblem } from '../../support/api-client.js';
import { newcomer, type World } from '../world.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** What a user sees of their logins. That ending one ends it: revocation.ts. */
export function describeLogins(world: World): void {
  describe('the list of logins', () => {
    if (!world.description.listsLogins) {
      it('does not exist, as declared', async () => {
        const { adaCredential: credential } = world;
        for (const [method, path] of [
          ['GET', '/auth/sessions'],
          ['DELETE', '/auth/sessions'],
          ['DELETE', '/auth/sessions/some'],
        ] as const) {
          expectProblem(await world.api.call(method, path, { credential }), 404, 'not_supported');
        }
      });
      return;
    }

    it('says of each when it began, when it was last seen, on what, and which is this one', async () => {
      const from = Date.now();
      const { account, credential } = await newcomer(world.api, 'lister');
      await world.api.call('POST', '/auth/login', {
        body: { email: account.email, password: account.password },
        headers: { 'user-agent': FIREFOX },
      });
      const answer = await world.api.call('GET', '/auth/sessions', { credential });
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      const [first, second, ...others] = answer.body.items;
      expect(others).to.deep.equal([]);
      expect(first).to.include({ current: true, client: 'node' });
      expect(second).to.include({ current: false, client: 'Firefox on Linux' });
      for (const login of [first, second]) {
        expect(login).to.have.all.keys('id', 'current', 'createdAt', 'lastSeenAt', 'client');
        expect(Date.parse(login.createdAt)).to.be.within(from - 1, Date.now());
        expect(Date.parse(login.lastSeenAt)).to.be.within(Date.parse(login.createdAt), Date.now());
      }
    });

    it('names logins by what opens none', async () => {
      const { credential } = await newcomer(world.api, 'lister');
      const answer = await world.api.call('GET', '/auth/sessions', { credential });
      const [{ id }] = answer.body.items;
      const [value = ''] = Object.values(credential);
      expect(value.split(/[ =]/)[1]).to.not.equal(id);
      const forged = { ...credential };
      for (const [name, given] of Object.entries(credential)) {
        Object.assign(forged, { [name]: given.replace(/([ =]).*/, `$1${id}`) });
      }
      expectProblem(
        await world.api.call('GET', '/me', { credential: forged }),
        401,
        'credential_invalid',
      );
    });

    it('loses what was ended', async () => {
      const { account, credential } = await newcomer(world.api, 'lister');
      const ids = async () => loginIds(world.api, credential);
      const [own] = await ids();
      const other = await world.api.logIn(account);
      const third = await world.api.logIn(account);
      expect(await ids()).to.have.length(3);
      await world.api.call('POST', '/auth/logout', { credential: other });
      expect(await ids()).to.have.length(2);
      const [, thirdId] = await ids();
      await world.api.call('DELETE', `/auth/sessions/${thirdId}`, { credential });
      expect(await ids()).to.deep.equal([own]);
      const again = await world.api.call('DELETE', `/auth/sessions/${thirdId}`, { credential });
      expectProblem(again, 404, 'not_found');
      expect(third).to.not.deep.equal(credential);
    });

    it('keeps this login when all others end', async () => {
      const { account, credential } = await newcomer(world.api, 'lister');
      const [own] = await loginIds(world.api, credential);
      await world.api.logIn(account);
      await world.api.call('DELETE', '/auth/sessions?except=current', { credential });
      expect(await loginIds(world.api, credential)).to.deep.equal([own]);
    });

    it('is nobody else’s to end from', async () => {
      const [victim, other] = [
        await newcomer(world.api, 'victim'),
        await newcomer(world.api, 'other'),
      ];
      const [id] = await loginIds(world.api, victim.credential);
      const answer = await world.api.call('DELETE', `/auth/sessions/${id}`, {
        credential: other.credential,
      });
      expectProblem(answer, 404, 'not_found');
      expect(await loginIds(world.api, victim.credential)).to.deep.equal([id]);
    });

    it('does not know IDs of any shape that is not its own', async () => {
      const { adaCredential: credential } = world;
      for (const id of ['x', '%00', '%F0%9F%92%A9', "'", '*', 'a'.repeat(2000)]) {
        const answer = await world.api.call('DELETE', `/auth/sessions/${id}`, { credential });
        expectProblem(answer, 404, 'not_found');
      }
    });

    it('takes no other exception than the current one', async () => {
      const { adaCredential: credential } = world;
      for (const query of ['except=', 'except=all', 'except=current&except=current']) {
        const answer = await world.api.call('DELETE', `/auth/sessions?${query}`, { credential });
        expectProblem(answer, 400, 'invalid_parameter');
      }
    });
  });
}

async function loginIds(api: ApiClient, credential: Credential): Promise<string[]> {
  const { body } = await api.call('GET', '/auth/sessions', { credential });
  return body.items.map(({ id }: { id: string }) => id);
}
