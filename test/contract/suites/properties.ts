import { expect } from 'chai';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Account, ApiClient, expectProblem } from '../../support/api-client.js';
import { me, newcomer, type World } from '../world.js';

/** Each property a strategy declares of itself, shown by doing it. `revocation` has a file of its own. */
export function describeProperties(world: World): void {
  const { description } = world;

  describe('as declared', () => {
    it(`the credential travels as ${description.carrier}`, async () => {
      const answer = await world.api.login(world.ada.email, world.ada.password);
      const cookies = answer.headers.getSetCookie();
      if (description.carrier === 'cookie') {
        expect(cookies).to.have.length(1);
        expect(answer.body).to.have.all.keys('id', 'email', 'name');
        return;
      }
      const type = description.carrier === 'bearer' ? 'Bearer' : 'Unverified';
      expect(cookies).to.deep.equal([]);
      expect(answer.body.token_type).to.equal(type);
      if (description.expires === false) {
        expect(answer.body).to.not.have.property('expires_in');
      } else {
        expect(answer.body.expires_in).to.be.within(1, 86_400);
      }
    });

    it(`the credential has about ${description.credentialBytes} bytes`, async () => {
      const [value] = Object.values(await world.api.logIn(await registerLikeSeeded(world.api)));
      const bytes = Buffer.byteLength(value as string);
      expect(bytes).to.be.closeTo(description.credentialBytes, description.credentialBytes / 10);
    });

    const { perRequest } = description;
    it(`a request asks Redis ${perRequest.redis} times, on the other instance too`, async () => {
      // Where instances do not share logins, the one that made it is asked alone.
      const apis = description.sharedByInstances ? [world.api, world.second] : [world.api];
      for (const api of apis) {
        const requests = 20;
        const asked = await commandsDuring(world, async () => {
          for (let request = 0; request < requests; request += 1) {
            expect((await me(api, world.adaCredential)).status).to.equal(200);
          }
        });
        expect(asked).to.equal(requests * perRequest.redis);
      }
    });

    it(`a request asks the authority ${perRequest.authority} times`, async () => {
      expect(world.authority !== undefined).to.equal(perRequest.authority > 0);
      if (world.authority === undefined) {
        return;
      }
      const authority = new ApiClient(world.authority.url);
      const asked = async () => (await authority.call('GET', '/counters')).body.requests.completed;
      const before = await asked();
      const requests = 20;
      for (let request = 0; request < requests; request += 1) {
        await me(world.second, world.adaCredential);
      }
      expect((await asked()) - before).to.equal(requests * perRequest.authority);
    });

    it('public routes ask no Redis at all', async () => {
      const asked = await commandsDuring(world, async () => {
        await world.api.register('public');
        await world.api.call('GET', '/livez');
        await world.api.call('GET', '/me');
      });
      expect(asked).to.equal(0);
    });

    it(`the other instance ${description.sharedByInstances ? 'takes' : 'refuses'} what one gave`, async () => {
      const { account, credential } = await newcomer(world.api, 'shared');
      expect((await me(world.api, credential)).body.id).to.equal(account.id);
      const answer = await me(world.second, credential);
      if (description.sharedByInstances) {
        expect(answer.status).to.equal(200);
        expect(answer.body).to.deep.equal({
          id: account.id,
          email: account.email,
          name: account.name,
        });
      } else {
        expectProblem(answer, 401, 'credential_invalid');
      }
    });

    it(`the state is in the ${description.stateIn}`, async () => {
      const before = await world.redis.client.dbsize();
      const { credential } = await newcomer(world.api, 'state');
      await world.api.call('POST', '/auth/logout', {
        credential: await world.api.logIn(world.ada),
      });
      const left = (await world.redis.client.dbsize()) - before;
      // A login, or the note of a logout, lies in Redis exactly where that is what is declared.
      if (description.stateIn === 'redis') {
        expect(left).to.be.at.least(1);
      } else if (description.stateIn !== 'authority') {
        expect(left).to.equal(0);
      }
      // The other instance has nothing but what it is sent, so what it takes is not in the first one.
      const taken = (await me(world.second, credential)).status === 200;
      expect(taken).to.equal(description.stateIn !== 'instance');
    });

    it(`${description.verifiableByThirdParty ? 'anybody' : 'nobody else'} can verify the credential`, async () => {
      const answer = await world.api.call('GET', '/.well-known/jwks.json');
      if (!description.verifiableByThirdParty) {
        expectProblem(answer, 404, 'not_supported');
        return;
      }
      expect(answer.status).to.equal(200);
      expect(answer.body.keys).to.have.length.at.least(1);
      for (const key of answer.body.keys) {
        expect(key).to.include.keys('kty', 'kid', 'alg');
        expect(key).to.not.have.any.keys('d', 'p', 'q', 'dp', 'dq', 'qi', 'k');
      }
      // This process knows the address and nothing else.
      const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
      const token = (world.adaCredential.authorization as string).split(' ')[1] as string;
      const { payload } = await jwtVerify(token, keys, {
        issuer: 'session-token-lab',
        audience: 'session-token-lab-api',
        typ: 'at+jwt',
      });
      expect(payload).to.include({ sub: String(world.ada.id), email: world.ada.email });
    });

    it(`the credential ${description.survivesRedisLoss ? 'outlives' : 'dies with'} what Redis holds`, async () => {
      const { account, credential } = await newcomer(world.api, 'loss');
      await world.redis.client.flushdb();
      const answer = await me(world.api, credential);
      if (description.survivesRedisLoss) {
        expect(answer.status).to.equal(200);
      } else {
        expectProblem(answer, 401, 'credential_invalid');
      }
      expect((await me(world.api, await world.api.logIn(account))).status).to.equal(200);
      // The other suites of this world go on with her.
      world.renewAda(await world.api.logIn(world.ada));
    });
  });
}

/** As `seed.js` makes them; what a credential weighs depends on it. */
async function registerLikeSeeded(api: ApiClient): Promise<Account> {
  const account = {
    email: 'user0001@example.test',
    name: 'User 0001',
    password: 'long enough to pass',
  };
  const answer = await api.call('POST', '/users', { body: account });
  expect(answer.status).to.equal(201);
  return { ...account, id: answer.body.id };
}

/** Calls of all commands, as INFO counts them, but for those that servers and clients say of themselves. */
async function commandsDuring(world: World, work: () => Promise<void>): Promise<number> {
  const served = async () => {
    const info = await world.redis.client.info('commandstats');
    return [...info.matchAll(OF_REQUESTS)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  };
  const before = await served();
  await work();
  return (await served()) - before;
}

const OF_REQUESTS = /^cmdstat_(?!info|cluster|hello|auth|client|ping)[^:]+:calls=(\d+)/gm;
