import { expect } from 'chai';
import { type ApiClient, type Credential, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { asOperator, me, type Newcomer, newcomer, type World } from '../world.js';

/** Ways to end a login. Each is done on the first instance. */
const WAYS: readonly { what: string; needsList?: true; end: Ending }[] = [
  {
    what: 'a logout',
    end: async ({ api }, { credential }) => {
      const answer = await api.call('POST', '/auth/logout', { credential });
      expect(answer.status).to.equal(204);
    },
  },
  {
    what: 'ending it by its ID, from another login',
    needsList: true,
    end: async ({ api }, { account, credential }) => {
      const id = await currentLoginId(api, credential);
      const other = await api.logIn(account);
      const answer = await api.call('DELETE', `/auth/sessions/${id}`, { credential: other });
      expect(answer.status).to.equal(204);
      expect((await me(api, other)).status, 'the other login').to.equal(200);
    },
  },
  {
    what: 'ending all others',
    needsList: true,
    end: async ({ api }, { account }) => {
      const other = await api.logIn(account);
      const path = '/auth/sessions?except=current';
      expect((await api.call('DELETE', path, { credential: other })).status).to.equal(204);
      expect((await me(api, other)).status, 'the other login').to.equal(200);
    },
  },
  {
    what: 'ending all',
    needsList: true,
    end: async ({ api }, { credential }) => {
      expect((await api.call('DELETE', '/auth/sessions', { credential })).status).to.equal(204);
    },
  },
  {
    what: 'a change of password from another login',
    end: async ({ api }, { account }) => {
      const answer = await api.call('PUT', '/me/password', {
        credential: await api.logIn(account),
        body: { currentPassword: account.password, newPassword: 'another good one' },
      });
      expect(answer.status).to.equal(200);
    },
  },
  {
    what: 'shutting the account',
    end: async ({ api }, { account }) => {
      expect((await asOperator(api, `/users/${account.id}/disable`)).status).to.equal(204);
    },
  },
];

type Ending = (world: World, login: Newcomer) => Promise<void>;

const CONSEQUENCES = {
  'at-once': 'refused on both instances',
  'on-this-instance': 'refused where it was done and taken by the other',
  'at-expiry': 'still taken on both instances',
  never: 'still taken on both instances',
};

/** How long at-expiry means is measured in short-lives.test.ts. */
export function describeRevocation(world: World): void {
  const { revocation, sharedByInstances, listsLogins } = world.description;

  describe('a credential', () => {
    for (const { what, needsList = false, end } of WAYS) {
      if (needsList && !listsLogins) {
        continue;
      }
      it(`is ${CONSEQUENCES[revocation]} after ${what}, as declared`, async () => {
        const login = await newcomer(world.api, 'ending');
        const { credential } = login;
        // Whatever remembers checked credentials remembers this one.
        await Promise.all([me(world.api, credential), me(world.second, credential)]);
        await end(world, login);
        await expectTaken(world.api, credential, outlivesLogin(world.description));
        await expectTaken(world.second, credential, revocation !== 'at-once' && sharedByInstances);
      });
    }
  });
}

async function expectTaken(api: ApiClient, credential: Credential, taken: boolean): Promise<void> {
  const answer = await me(api, credential);
  if (taken) {
    expect(answer.status).to.equal(200);
  } else {
    expectProblem(answer, 401, 'credential_invalid');
  }
}

async function currentLoginId(api: ApiClient, credential: Credential): Promise<string> {
  const { body } = await api.call('GET', '/auth/sessions', { credential });
  return body.items.find(({ current }: { current: boolean }) => current).id;
}
