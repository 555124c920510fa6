import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

export function describeRepresentations(world: World): void {
  describe('what is answered', () => {
    const text = { title: 'A title', body: 'And a body.' };

    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      world.api.call(method, path, { credential: world.adaCredential, headers });
    const write = async () => {
      const options = { credential: world.adaCredential, body: text };
      return (await world.api.call('POST', '/posts', options)).headers.get('location') ?? '';
    };

    it('is JSON, and only for who takes it', async () => {
      const path = await write();
      for (const accept of [
        '*/*',
        'application/*',
        'application/json;q=0.1',
        'text/html, */*;q=0.5',
      ]) {
        for (const at of [path, '/posts', '/me', '/livez']) {
          expect((await get(at, { accept })).status, `${at} ${accept}`).to.equal(200);
        }
      }
      for (const accept of [
        'text/html',
        'application/xml',
        'application/json;q=0',
        'application/problem+json',
        'nonsense',
      ]) {
        for (const at of [path, '/posts', '/me', '/livez']) {
          expectProblem(await get(at, { accept }), 406, 'not_acceptable');
        }
      }
    });

    it('is a problem where it is an error, whatever the client takes', async () => {
      const accept = 'application/json';
      expectProblem(await get('/posts/2147483647', { accept }), 404, 'not_found');
    });

    it('is refused before anything is done', async () => {
      const path = await write();
      for (const [method, at] of [
        ['POST', '/posts'],
        ['PUT', path],
        ['DELETE', path],
      ] as const) {
        const answer = await world.api.call(method, at, {
          credential: world.adaCredential,
          headers: { accept: 'text/html' },
          body: method === 'DELETE' ? undefined : { title: 'Other', body: 'Other' },
        });
        expectProblem(answer, 406, 'not_acceptable');
      }
      expect((await get(path)).body).to.include(text);
    });

    it('says for each route who may keep it', async () => {
      const path = await write();
      for (const at of ['/me', `/users/${world.ada.id}`, '/livez', '/readyz', '/counters']) {
        expect((await get(at)).headers.get('cache-control'), at).to.equal('no-store');
      }
      for (const at of ['/posts', path]) {
        const { headers } = await get(at);
        expect(headers.get('cache-control'), at).to.equal('private, no-cache');
        const [name = ''] = Object.keys(world.adaCredential);
        expect(headers.get('vary')?.toLowerCase(), at).to.equal(`${name}, accept`);
      }
      for (const at of ['/posts/2147483647', '/posts/x', '/nowhere']) {
        expect((await get(at)).headers.get('cache-control'), at).to.equal('no-store');
      }
      const nobody = await world.api.call('GET', '/posts');
      expect(nobody.headers.get('cache-control')).to.equal('no-store');
      const created = await world.api.call('POST', '/posts', {
        credential: world.adaCredential,
        body: text,
      });
      expect(created.headers.get('cache-control')).to.equal('no-store');
    });

    it('is the same head for HEAD as for GET, without the body', async () => {
      for (const at of ['/me', await write(), '/posts?limit=2', '/livez', '/readyz']) {
        const [head, whole] = [await get(at, {}, 'HEAD'), await get(at)];
        expect(head.status, at).to.equal(whole.status);
        expect(head.body).to.equal('');
        for (const field of ['content-type', 'content-length', 'etag', 'cache-control', 'link']) {
          expect(head.headers.get(field), `${at} ${field}`).to.equal(whole.headers.get(field));
        }
      }
      const nobody = await world.api.call('HEAD', '/me');
      expect(nobody.status).to.equal(401);
    });

    it('links from page to page, each post once', async () => {
      for (let count = 0; count < 4; count += 1) {
        await write();
      }
      const seen: number[] = [];
      let next: string | undefined = '/posts?limit=3';
      while (next !== undefined) {
        const page = await get(next);
        expect(page.status).to.equal(200);
        seen.push(...page.body.items.map(({ id }: { id: number }) => id));
        const link = page.headers.get('link') ?? '';
        expect(link).to.match(/^<\/posts\?limit=3>; rel="first"/);
        next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
        expect(next === undefined, 'next, or the last page').to.equal(
          page.body.nextCursor === null,
        );
      }
      const rows = await world.database.query<{ id: number }>(
        'SELECT id FROM posts ORDER BY id DESC',
      );
      expect(seen).to.deep.equal(rows.map(({ id }) => id));
    });
  });

  describe('what is sent', () => {
    const text = { title: 'A title', body: 'And a body.' };
    let path: string;

    before(async () => {
      const options = { credential: world.adaCredential, body: text };
      path = (await world.api.call('POST', '/posts', options)).headers.get('location') ?? '';
    });

    const send = (method: string, at: string, body: unknown, headers: Record<string, string>) =>
      world.api.call(method, at, { credential: world.adaCredential, body, headers });

    it('is told which types can be, when it is of another', async () => {
      const json = 'application/json';
      const patch = `application/merge-patch+json, ${json}`;
      for (const [method, at, field, types, sent] of [
        ['POST', '/posts', 'accept-post', json, 'text/plain'],
        ['POST', '/posts', 'accept-post', json, 'application/merge-patch+json'],
        ['PUT', path, 'accept', json, 'application/merge-patch+json'],
        ['PATCH', path, 'accept-patch', patch, 'application/json-patch+json'],
        ['PATCH', path, 'accept-patch', patch, 'application/xml'],
      ] as const) {
        const answer = await send(method, at, text, { 'content-type': sent });
        expectProblem(answer, 415, 'unsupported_media_type');
        expect(answer.headers.get(field), `${method} ${sent}`).to.equal(types);
      }
      const packed = await send('PUT', path, text, { 'content-encoding': 'gzip' });
      expectProblem(packed, 415, 'unsupported_media_type');
      expect(packed.headers.get('accept-encoding')).to.equal('identity');
    });

    it('as a merge patch changes what it names and leaves the rest', async () => {
      for (const type of ['application/merge-patch+json', 'application/json']) {
        const title = `Patched by ${type}`;
        const answer = await send('PATCH', path, { title }, { 'content-type': type });
        expect(answer.status).to.equal(200);
        expect(answer.body).to.include({ title, body: text.body });
      }
    });

    it('as a merge patch cannot remove what a post must have', async () => {
      for (const patch of [
        { title: null },
        { body: null },
        { title: 'x', body: null },
        null,
        'x',
      ]) {
        const answer = await send('PATCH', path, JSON.stringify(patch), {
          'content-type': 'application/merge-patch+json',
        });
        expectProblem(answer, 422, 'validation_failed');
      }
    });

    it('twice by PUT is there once', async () => {
      const whole = { title: 'Put', body: 'Twice.' };
      const first = await send('PUT', path, whole, {});
      const second = await send('PUT', path, whole, {});
      const { updatedAt: _once, ...before } = first.body;
      const { updatedAt: _twice, ...after } = second.body;
      expect(after).to.deep.equal(before);
    });
  });
}
