import { expect } from 'chai';
import { type Answer, type CallOptions, expectProblem } from '../../support/api-client.js';
import type { World } from '../world.js';

/** RFC 9110, section 13. */
export function describeConditional(world: World): void {
  describe('a conditional request', () => {
    const text = { title: 'A title', body: 'And a body.' };
    let location: string;
    let etag: string;

    const call = (method: string, options: CallOptions = {}, path = location): Promise<Answer> =>
      world.api.call(method, path, { credential: world.adaCredential, ...options });
    const etagOf = ({ headers }: Answer) => headers.get('etag') ?? '';

    beforeEach(async () => {
      const created = await call('POST', { body: text }, '/posts');
      location = created.headers.get('location') ?? '';
      etag = etagOf(created);
    });

    it('names a state by a strong entity tag, the same whoever asks where', async () => {
      expect(etag).to.match(/^"[\x21\x23-\x7e]+"$/);
      const bob = await world.api.logIn(await world.api.register('bob'));
      const read = await world.second.call('GET', location, { credential: bob });
      expect(etagOf(read)).to.equal(etag);
      expect(read.body).to.not.have.property('version');
    });

    it('sees another entity tag after every change, also one that changes nothing else', async () => {
      const seen = [etag];
      for (const [method, body] of [
        ['PUT', text],
        ['PUT', text],
        ['PATCH', { title: 'New' }],
        ['PATCH', { body: 'New' }],
      ] as const) {
        const changed = await call(method, { body });
        expect(changed.status).to.equal(200);
        expect(changed.headers.get('content-location')).to.equal(location);
        const now = etagOf(await call('GET'));
        // RFC 9110, section 9.3.4: none for a PUT whose content is not stored as it came.
        expect(etagOf(changed)).to.equal(method === 'PUT' ? '' : now);
        seen.push(now);
      }
      expect(new Set(seen).size).to.equal(seen.length);
    });

    it('gets 304 without a body when it has the state already, on GET and HEAD', async () => {
      for (const method of ['GET', 'HEAD']) {
        for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, ` ,"a"\t, , ${etag} ,`, '*']) {
          const answer = await call(method, { headers: { 'if-none-match': tags } });
          expect(answer.status, tags).to.equal(304);
          expect(answer.body).to.equal('');
          expect(etagOf(answer)).to.equal(etag);
          expect(answer.headers.get('cache-control')).to.equal('private, no-cache');
          expect(answer.headers.get('vary')).to.match(/^(Cookie|Authorization), Accept$/);
          expect(answer.headers.get('content-type')).to.equal(null);
        }
      }
    });

    it('gets the state when it has another', async () => {
      for (const tags of ['"other"', etag.replace('"', '"x'), '""', 'W/"other"']) {
        const answer = await call('GET', { headers: { 'if-none-match': tags } });
        expect(answer.status, tags).to.equal(200);
        expect(answer.body).to.include(text);
      }
    });

    it('reads under If-Match too, which comes before If-None-Match', async () => {
      const changed = await call('GET', { headers: { 'if-match': '"other"' } });
      expectProblem(changed, 412, 'precondition_failed');
      const both = { 'if-match': '"other"', 'if-none-match': etag };
      expectProblem(await call('GET', { headers: both }), 412, 'precondition_failed');
      const met = { 'if-match': etag, 'if-none-match': etag };
      expect((await call('GET', { headers: met })).status).to.equal(304);
    });

    it('changes what the client has read, and nothing that is newer', async () => {
      for (const [method, body] of [
        ['PUT', { title: 'Put', body: 'Put' }],
        ['PATCH', { title: 'Patched' }],
      ] as const) {
        const current = etagOf(await call('GET'));
        const done = await call(method, { body, headers: { 'if-match': `"x", ${current}` } });
        expect(done.status, method).to.equal(200);
        const late = await call(method, { body: text, headers: { 'if-match': current } });
        expectProblem(late, 412, 'precondition_failed');
        expect((await call('GET')).body).to.include(body);
      }
      const late = await call('DELETE', { headers: { 'if-match': etag } });
      expectProblem(late, 412, 'precondition_failed');
      const current = etagOf(await call('GET'));
      const removed = await call('DELETE', { headers: { 'if-match': current } });
      expect(removed.status).to.equal(204);
    });

    it('never takes a weak tag for a write', async () => {
      const weak = { 'if-match': `W/${etag}` };
      for (const [method, body] of [['PUT', text], ['PATCH', text], ['DELETE']] as const) {
        const answer = await call(method, { body, headers: weak });
        expectProblem(answer, 412, 'precondition_failed');
      }
    });

    it('with If-Match: * asks only that it exists', async () => {
      const any = { 'if-match': '*' };
      expect((await call('PATCH', { body: { title: 'Any' }, headers: any })).status).to.equal(200);
      expect((await call('DELETE', { headers: any })).status).to.equal(204);
      expectProblem(await call('DELETE', { headers: any }), 404, 'not_found');
    });

    it('with If-None-Match replaces nothing that exists, or that has this state', async () => {
      for (const tags of ['*', etag, `W/${etag}`]) {
        const answer = await call('PUT', { body: text, headers: { 'if-none-match': tags } });
        expectProblem(answer, 412, 'precondition_failed');
      }
      const other = { 'if-none-match': '"other"' };
      expect((await call('PUT', { body: text, headers: other })).status).to.equal(200);
    });

    it('is refused for who may not, and for what is not there, before its condition is looked at', async () => {
      const headers = { 'if-match': '"other"', 'if-none-match': '*' };
      const bob = await world.api.logIn(await world.api.register('bob'));
      for (const [method, body] of [['PUT', text], ['PATCH', text], ['DELETE']] as const) {
        const nobody = await world.api.call(method, location, { body, headers });
        expectProblem(nobody, 401, 'credential_missing');
        const stranger = await call(method, { body, headers, credential: bob });
        expectProblem(stranger, 403, 'not_owner');
        const nowhere = await call(method, { body, headers }, '/posts/2147483647');
        expectProblem(nowhere, 404, 'not_found');
      }
      expectProblem(await call('GET', { headers }, '/posts/2147483647'), 404, 'not_found');
    });

    it('must be one', async () => {
      for (const field of ['if-match', 'if-none-match']) {
        for (const tags of ['abc', '"a', 'w/"a"', '"a" "b"', '*, "a"', ',', '"a"b"', '']) {
          for (const [method, body] of [['GET'], ['PUT', text], ['DELETE']] as const) {
            const answer = await call(method, { body, headers: { [field]: tags } });
            expectProblem(answer, 400, 'malformed_precondition');
          }
        }
      }
      expect((await call('GET')).body).to.include(text);
    });
  });
}
