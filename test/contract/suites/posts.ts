import { expect } from 'chai';
import { type Credential, expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

export function describePosts(world: World): void {
  describe('posts', () => {
    const text = { title: 'A title', body: 'And a body.' };
    let bob: Credential;

    before(async () => {
      bob = await world.api.logIn(await world.api.register('bob'));
    });

    const write = async (credential = world.adaCredential) => {
      const answer = await world.api.call('POST', '/posts', { credential, body: text });
      expect(answer.status).to.equal(201);
      return answer;
    };

    it('are created, found where Location says, replaced, patched and deleted', async () => {
      const created = await write();
      expect(created.body).to.include({ ...text, ownerId: world.ada.id });
      const location = created.headers.get('location') ?? '';
      expect(location).to.equal(`/posts/${created.body.id}`);

      const read = await world.api.call('GET', location, { credential: bob });
      expect(read.status).to.equal(200);
      expect(read.body).to.deep.equal(created.body);

      const body = { title: 'New', body: 'All new.' };
      const replaced = await world.api.call('PUT', location, {
        credential: world.adaCredential,
        body,
      });
      expect(replaced.status).to.equal(200);
      expect(replaced.body).to.include({ ...body, id: created.body.id, ownerId: world.ada.id });
      expect(replaced.body.createdAt).to.equal(created.body.createdAt);
      expect(Date.parse(replaced.body.updatedAt)).to.be.at.least(
        Date.parse(created.body.updatedAt),
      );

      const patch = { title: 'Newer' };
      const patched = await world.api.call('PATCH', location, {
        credential: world.adaCredential,
        body: patch,
      });
      expect(patched.status).to.equal(200);
      expect(patched.body).to.include({ title: 'Newer', body: 'All new.' });

      const removed = await world.api.call('DELETE', location, { credential: world.adaCredential });
      expect(removed.status).to.equal(204);
      expectProblem(
        await world.api.call('GET', location, { credential: world.adaCredential }),
        404,
        'not_found',
      );
    });

    it('are changed by their owner only', async () => {
      const location = (await write()).headers.get('location') ?? '';
      const attempts = [
        await world.api.call('PUT', location, { credential: bob, body: text }),
        await world.api.call('PATCH', location, { credential: bob, body: { title: 'Mine' } }),
        await world.api.call('DELETE', location, { credential: bob }),
      ];
      for (const attempt of attempts) {
        expectProblem(attempt, 403, 'not_owner');
      }
      const still = await world.api.call('GET', location, { credential: bob });
      expect(still.body).to.include(text);
    });

    it('that do not exist are not found, whoever asks and however', async () => {
      for (const id of ['2147483647', '2147483648', '9999999999', '9223372036854775808']) {
        for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
          const body = method === 'GET' || method === 'DELETE' ? undefined : text;
          const answer = await world.api.call(method, `/posts/${id}`, { credential: bob, body });
          expectProblem(answer, 404, 'not_found');
        }
      }
    });

    it('have ids that are positive whole numbers', async () => {
      for (const id of ['0', '-1', '1.5', 'abc', '1e3', '%zz', '1%20']) {
        const answer = await world.api.call('GET', `/posts/${id}`, { credential: bob });
        expectProblem(answer, 400, 'invalid_parameter');
      }
    });

    it('are listed newest first, page by page, each once', async () => {
      for (let count = 0; count < 5; count += 1) {
        await write(bob);
      }
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${cursor}`;
        const page = await world.api.call('GET', `/posts?limit=2${query}`, { credential: bob });
        expect(page.status).to.equal(200);
        expect(page.body.items.length).to.be.within(1, 2);
        seen.push(...page.body.items.map(({ id }: { id: number }) => id));
        cursor = page.body.nextCursor;
      } while (cursor !== null);

      const rows = await world.database.query<{ id: number }>(
        'SELECT id FROM posts ORDER BY id DESC',
      );
      expect(seen).to.deep.equal(rows.map(({ id }) => id));
    });

    it('come twenty at a time unless asked otherwise, and a hundred at most', async () => {
      await world.database.query(
        `INSERT INTO posts (owner_id, title, body)
         VALUES ${Array(120).fill("($1, 'many', 'many')").join(', ')}`,
        [world.ada.id],
      );
      const list = async (query: string) => {
        const answer = await world.api.call('GET', `/posts${query}`, { credential: bob });
        return answer.body.items.length;
      };
      expect(await list('')).to.equal(20);
      expect(await list('?limit=100')).to.equal(100);
    });

    it('are not listed with a limit or a cursor of the wrong shape', async () => {
      const queries = [
        'limit=0',
        'limit=101',
        'limit=ten',
        'limit=1&limit=2',
        'cursor=',
        'cursor=x',
      ];
      const forged = Buffer.from("before:1' OR 1=1").toString('base64url');
      for (const query of [...queries, `cursor=${forged}`]) {
        const answer = await world.api.call('GET', `/posts?${query}`, { credential: bob });
        expectProblem(answer, 400, 'invalid_parameter');
      }
    });

    it('with wrong fields are refused, and the fields named', async () => {
      const wrong: [string, unknown, string[]][] = [
        ['POST', { title: 'No body' }, ['body']],
        ['POST', { ...text, ownerId: 1 }, ['']],
        ['POST', { title: 'x'.repeat(201), body: '' }, ['title', 'body']],
        ['POST', { title: 'nul \u0000', body: 'text' }, ['title']],
        ['POST', { title: 'half a pair', body: 'text \ud83d' }, ['body']],
        ['POST', [], ['']],
        ['PATCH', {}, ['']],
        ['PATCH', { title: 5 }, ['title']],
      ];
      const location = (await write()).headers.get('location') ?? '';
      for (const [method, body, paths] of wrong) {
        const path = method === 'POST' ? '/posts' : location;
        const answer = await world.api.call(method, path, {
          credential: world.adaCredential,
          body,
        });
        expectProblem(answer, 422, 'validation_failed');
        expect(answer.body.issues.map((issue: { path: string }) => issue.path)).to.deep.equal(
          paths,
        );
      }
    });

    it('cannot be written for an account that is gone', async () => {
      const gone = await world.api.register('gone');
      const credential = await world.api.logIn(gone);
      await world.database.query('DELETE FROM users WHERE id = $1', [gone.id]);
      const answer = await world.api.call('POST', '/posts', { credential, body: text });
      expectProblem(answer, 401, 'account_gone');
    });
  });
}
