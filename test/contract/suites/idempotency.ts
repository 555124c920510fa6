import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type Answer, type Credential, expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

/** draft-ietf-httpapi-idempotency-key-header. */
export function describeIdempotency(world: World): void {
  describe('an Idempotency-Key', () => {
    const text = { title: 'Written once', body: 'However often it is sent.' };

    const post = (
      key: string,
      body: unknown = text,
      { credential = world.adaCredential, api = world.api } = {},
    ): Promise<Answer> =>
      api.call('POST', '/posts', { credential, body, headers: { 'idempotency-key': key } });
    const countPosts = async () => {
      const [row] = await world.database.query<{ count: number | string }>(
        'SELECT count(*) AS count FROM posts',
      );
      return Number(row?.count);
    };

    it('makes a POST that is sent again answer what it answered first', async () => {
      const key = `"${randomUUID()}"`;
      const first = await post(key);
      expect(first.status).to.equal(201);
      const before = await countPosts();
      // Quoted or not it is one key, and the order of members does not make another body.
      for (const again of [
        await post(key),
        await post(key.slice(1, -1), { body: text.body, title: text.title }),
        await post(key, text, { api: world.second, credential: world.adaCredential }),
      ]) {
        expect(again.status).to.equal(201);
        expect(JSON.stringify(again.body)).to.equal(JSON.stringify(first.body));
        for (const field of ['location', 'etag', 'content-type', 'cache-control']) {
          expect(again.headers.get(field), field).to.equal(first.headers.get(field));
        }
      }
      expect(await countPosts()).to.equal(before);
    });

    it('repeats the first answer whatever became of the post', async () => {
      const key = randomUUID();
      const first = await post(key);
      const path = first.headers.get('location') ?? '';
      const credential = world.adaCredential;
      await world.api.call('PATCH', path, { credential, body: { title: 'Changed' } });
      expect((await post(key)).body).to.deep.equal(first.body);
      await world.api.call('DELETE', path, { credential });
      expect((await post(key)).body).to.deep.equal(first.body);
      expectProblem(await world.api.call('GET', path, { credential }), 404, 'not_found');
    });

    it('belongs to one body', async () => {
      const key = randomUUID();
      await post(key);
      const before = await countPosts();
      expectProblem(await post(key, { ...text, title: 'Other' }), 422, 'idempotency_key_reused');
      expect(await countPosts()).to.equal(before);
    });

    it('belongs to one user', async () => {
      const key = randomUUID();
      const ours = await post(key);
      const account = await world.api.register('bob');
      const credential: Credential = await world.api.logIn(account);
      const theirs = await post(key, text, { credential, api: world.api });
      expect(theirs.status).to.equal(201);
      expect(theirs.body).to.include({ ownerId: account.id });
      expect(theirs.body.id).to.not.equal(ours.body.id);
    });

    it('is not used up by a request that was refused', async () => {
      const key = randomUUID();
      expectProblem(await post(key, { title: '' }), 422, 'validation_failed');
      expect((await post(key)).status).to.equal(201);
    });

    it('of a request that is under way answers 409 and when to ask again', async () => {
      const key = randomUUID();
      await post(key);
      await world.database.query(
        `UPDATE idempotency_keys SET answer = NULL, claimed_until_ms = $1
         WHERE user_id = $2`,
        [Date.now() + 60_000, world.ada.id],
      );
      const answer = await post(key);
      expectProblem(answer, 409, 'idempotency_key_in_use');
      expect(answer.headers.get('retry-after')).to.equal('1');
    });

    it('must be a string of 1 to 255 characters', async () => {
      for (const key of ['', '""', '"a', 'a b', '"a", "b"', '"a"b', 'ä', 'x'.repeat(256)]) {
        expectProblem(await post(key), 400, 'malformed_idempotency_key');
      }
      expect((await post(`"${'x'.repeat(255)}"`)).status).to.equal(201);
    });

    it('of an account that is gone writes nothing', async () => {
      const account = await world.api.register('gone');
      const credential = await world.api.logIn(account);
      await world.database.query('DELETE FROM users WHERE id = $1', [account.id]);
      const answer = await post(randomUUID(), text, { credential, api: world.api });
      expectProblem(answer, 401, 'account_gone');
    });

    it('is not needed: without one, each POST makes a post', async () => {
      const before = await countPosts();
      for (let count = 0; count < 2; count += 1) {
        await world.api.call('POST', '/posts', { credential: world.adaCredential, body: text });
      }
      expect(await countPosts()).to.equal(before + 2);
    });
  });
}
