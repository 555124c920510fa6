import { expect } from 'chai';
import { type Answer, type Credential, expectProblem } from '../../support/api-client.js';
import { outlivesLogin } from '../../support/declared.js';
import { ACTOR, delegateSession, exchange, newcomer, type World } from '../world.js';

const TEXT = { title: 'For her', body: 'Written by somebody else.' };

/** A user hands on the right to write posts, and nothing more. Lives and refusals: delegation.test.ts. */
export function describeDelegation(world: World): void {
  const { delegation } = world.description;

  describe('handing on', () => {
    if (delegation !== 'token-exchange') {
      it('by token exchange does not exist, as declared', async () => {
        const answer = await exchange(world.api, world.adaCredential);
        expectProblem(answer, 404, 'not_supported');
      });
    }
    if (delegation !== 'scoped-session') {
      it('by a session that can do less does not exist, as declared', async () => {
        const answer = await delegateSession(world.api, world.adaCredential);
        expectProblem(answer, 404, 'not_supported');
      });
    }
    if (delegation === 'none') {
      return;
    }

    const handOn = async (credential: Credential, scope: string): Promise<Credential> => {
      const answer =
        delegation === 'token-exchange'
          ? await exchange(world.api, credential, { scope })
          : await delegateSession(world.api, credential, { scope: scope.split(' ') });
      expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 201]);
      return delegatedCredential(answer);
    };

    it('lets the other one write, change and delete posts of the user, and says who did', async () => {
      const { account, credential } = await newcomer(world.api, 'giver');
      const delegate = await handOn(credential, 'posts:write');
      const call = (method: string, path: string, body?: unknown) =>
        world.api.call(method, path, { credential: delegate, body });

      const created = await call('POST', '/posts', TEXT);
      expect(created.status).to.equal(201);
      expect(created.body).to.include({ ownerId: account.id, actedBy: ACTOR });
      const path = `/posts/${created.body.id}`;
      const shown = await world.api.call('GET', path, { credential: world.adaCredential });
      expect(shown.body).to.include({ ownerId: account.id, actedBy: ACTOR });

      // What the user changes is the user's own again.
      const own = await world.api.call('PATCH', path, { credential, body: { title: 'Mine' } });
      expect(own.body.actedBy).to.equal(null);
      for (const [method, body] of [
        ['PUT', TEXT],
        ['PATCH', { title: 'New' }],
      ] as const) {
        const changed = await call(method, path, body);
        expect(changed.status).to.equal(200);
        expect(changed.body.actedBy).to.equal(ACTOR);
      }
      expect((await call('DELETE', path)).status).to.equal(204);
    });

    it('tells the other one nothing of the person', async () => {
      const { account, credential } = await newcomer(world.api, 'giver');
      const delegate = await handOn(credential, 'posts:read');
      const [value = ''] = Object.values(delegate);
      const readable = value
        .split(/[ .=]/)
        .map((part) => Buffer.from(part, 'base64url').toString())
        .join();
      const principal = await world.api.call('GET', '/auth/principal', { credential: delegate });
      expect(principal.body).to.deep.equal({
        id: account.id,
        scope: ['posts:read'],
        actor: ACTOR,
      });
      for (const secret of [account.email, account.name]) {
        expect(readable).to.not.include(secret);
      }
    });

    it('gives no right to posts of others', async () => {
      const { credential } = await newcomer(world.api, 'giver');
      const delegate = await handOn(credential, 'posts:write');
      const post = await world.api.call('POST', '/posts', {
        credential: world.adaCredential,
        body: TEXT,
      });
      const answer = await world.api.call('DELETE', `/posts/${post.body.id}`, {
        credential: delegate,
      });
      expectProblem(answer, 403, 'not_owner');
    });

    it('gives nothing but what was handed on', async () => {
      const { account, credential } = await newcomer(world.api, 'giver');
      const writer = await handOn(credential, 'posts:write');
      const reader = await handOn(credential, 'posts:read');
      const needs = (scope: string) => `Bearer error="insufficient_scope", scope="${scope}"`;
      const nobody = 'Bearer error="insufficient_scope"';
      const refused: [Credential, string, string, string][] = [
        [writer, 'GET', '/posts', needs('posts:read')],
        [writer, 'GET', '/posts/1', needs('posts:read')],
        [reader, 'POST', '/posts', needs('posts:write')],
        [reader, 'DELETE', '/posts/1', needs('posts:write')],
        ...[writer, reader].flatMap((holder): [Credential, string, string, string][] => [
          [holder, 'GET', '/me', nobody],
          [holder, 'GET', `/users/${account.id}`, nobody],
          [holder, 'PUT', '/me/password', nobody],
          [holder, 'POST', '/auth/logout', nobody],
          [holder, 'GET', '/auth/sessions', nobody],
          [holder, 'DELETE', '/auth/sessions', nobody],
          [holder, 'POST', '/auth/sessions/delegated', nobody],
        ]),
      ];
      for (const [holder, method, path, challenge] of refused) {
        const answer = await world.api.call(method, path, { credential: holder });
        expectProblem(answer, 403, 'insufficient_scope');
        const expected = world.description.carrier === 'bearer' ? challenge : null;
        expect(answer.headers.get('www-authenticate'), `${method} ${path}`).to.equal(expected);
      }
      expect((await world.api.call('GET', '/posts', { credential: reader })).status).to.equal(200);
    });

    it('can give both rights', async () => {
      const { credential } = await newcomer(world.api, 'giver');
      const both = await handOn(credential, 'posts:read posts:write');
      expect((await world.api.call('GET', '/posts', { credential: both })).status).to.equal(200);
      const written = await world.api.call('POST', '/posts', { credential: both, body: TEXT });
      expect(written.status).to.equal(201);
    });

    const outlives = outlivesLogin(world.description);
    it(`ends ${outlives ? 'with its time' : 'at once'} when the user ends all logins`, async () => {
      const { credential } = await newcomer(world.api, 'giver');
      const delegate = await handOn(credential, 'posts:write');
      await world.api.call('DELETE', '/auth/sessions', { credential });
      const answer = await world.api.call('POST', '/posts', { credential: delegate, body: TEXT });
      expect(answer.status).to.equal(outlives ? 201 : 401);
    });
  });
}

/** What the third party sends: a cookie it was told, or a token. */
export function delegatedCredential({ body }: Answer): Credential {
  return body.cookie === undefined
    ? { authorization: `${body.token_type} ${body.access_token}` }
    : { cookie: `${body.cookie}=${body.value}` };
}
