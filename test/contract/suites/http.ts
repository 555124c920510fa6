import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { rawRequest } from '../../support/raw-request.js';
import type { World } from '../world.js';

export function describeHttp(world: World): void {
  describe('HTTP', () => {
    const raw = (method: string, target: string, fields = 'X-A: b', body = '') =>
      rawRequest(
        world.url,
        `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n\r\n${body}`,
      );

    it('answers a broken body with 400', async () => {
      const answer = await world.api.call('POST', '/auth/login', { body: '{"email":' });
      expectProblem(answer, 400, 'malformed_json');
    });

    it('answers what is asked for with no URL with 400', async () => {
      const answer = await rawRequest(world.url, 'GET http://[/ HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(answer.status).to.equal(400);
      expect(answer.text).to.include('"code":"malformed_request"');
    });

    it('takes JSON only', async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=latin1',
      ]) {
        const answer = await world.api.call('POST', '/auth/login', {
          body: '{}',
          headers: { 'content-type': type },
        });
        expectProblem(answer, 415, 'unsupported_media_type');
      }
    });

    it('takes no compressed body', async () => {
      const answer = await world.api.call('POST', '/auth/login', {
        body: '{}',
        headers: { 'content-encoding': 'gzip' },
      });
      expectProblem(answer, 415, 'unsupported_media_type');
    });

    it('takes a body of 100 kB and none larger, announced or not', async () => {
      const ofSize = (bytes: number) => {
        const frame = JSON.stringify({ email: '', password: '' }).length;
        return JSON.stringify({ email: '', password: 'x'.repeat(bytes - frame) });
      };
      const fits = await world.api.call('POST', '/auth/login', { body: ofSize(100_000) });
      expectProblem(fits, 422, 'validation_failed');
      const announced = await world.api.call('POST', '/auth/login', { body: ofSize(100_001) });
      expectProblem(announced, 413, 'body_too_large');

      const streamed = await fetch(`${world.url}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob([ofSize(150_000)]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect(streamed.status).to.equal(413);
      expect(await streamed.json()).to.include({ code: 'body_too_large' });
    });

    it('knows no other paths', async () => {
      for (const path of ['/mee', '/posts/1/comments', '/auth']) {
        expectProblem(await world.api.call('GET', path), 404, 'not_found');
      }
    });

    it('knows each path in one spelling, so that what a proxy denies has no other name', async () => {
      const others = ['/COUNTERS', '/counters/', '//counters', '/./counters', '/x/../counters'];
      const encoded = ['/%63ounters', '/counters%2f', '/counters;x', '/counters%20', '/POSTS/1'];
      const odd = ['/counters#x', '/counters\xa0', '/posts/%31', '/posts/', 'http://x/COUNTERS'];
      for (const path of [...others, ...encoded, ...odd]) {
        const answer = await raw('GET', path);
        // Bytes that are in no URL may fail to be HTTP at all.
        expect([404, 400], path).to.include(answer.status);
        expect(answer.text, path).to.match(/"code":"(not_found|malformed_request)"/);
      }
      expect((await raw('GET', 'http://x/counters')).status).to.equal(200);
      expect((await world.api.call('HEAD', '/Counters')).status).to.equal(404);
    });

    it('tells browsers to sniff nothing, whatever it answers', async () => {
      const { adaCredential: credential } = world;
      const asked: [string, string, number][] = [
        ['GET', '/me', 200],
        ['HEAD', '/me', 200],
        ['GET', '/livez', 200],
        ['GET', '/docs', 200],
        ['GET', '/', 303],
        ['GET', '/docs/', 404],
        ['GET', '/openapi.json', 200],
        ['OPTIONS', '/posts', 204],
        ['PATCH', '/posts', 405],
        ['GET', '/nothing', 404],
        ['GET', '/posts/x', 400],
        ['DELETE', '/me', 405],
      ];
      for (const [method, path, status] of asked) {
        const answer = await world.api.call(method, path, { credential });
        expect(`${path} ${answer.status}`).to.equal(`${path} ${status}`);
        expect(answer.headers.get('x-content-type-options'), path).to.equal('nosniff');
      }
      const body = { title: 'A title', body: 'A body' };
      const made = await world.api.call('POST', '/posts', { credential, body });
      const headers = { 'if-none-match': made.headers.get('etag') as string };
      const path = made.headers.get('location') as string;
      for (const method of ['GET', 'HEAD']) {
        const answer = await world.api.call(method, path, { credential, headers });
        expect(answer.status, method).to.equal(304);
        expect(answer.headers.get('x-content-type-options'), method).to.equal('nosniff');
      }
    });

    it('reads the fields that say what a body is by their grammar', async () => {
      const spelled: Readonly<Record<string, string>>[] = [
        { 'content-type': 'application/json;' },
        { 'content-type': 'APPLICATION/JSON ; charset="UTF-8";;' },
        { 'content-encoding': 'Identity' },
        { 'content-encoding': 'identity, identity' },
        { accept: 'application/json;' },
        { accept: 'Application/JSON; charset=UTF-8' },
      ];
      for (const headers of spelled) {
        const answer = await world.api.call('POST', '/auth/login', { body: '{}', headers });
        expectProblem(answer, 422, 'validation_failed');
      }
      const twice =
        'Content-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 2';
      expect((await raw('POST', '/auth/login', twice, '{}')).text).to.include('malformed_request');
      const form = { 'content-type': 'application/x-www-form-urlencoded;' };
      const answer = await world.api.call('POST', '/auth/revoke', { body: 'a=b', headers: form });
      expect(answer.status).to.not.equal(415);
    });

    it('names the methods a path knows', async () => {
      const answer = await world.api.call('DELETE', '/posts');
      expectProblem(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')?.split(', ')).to.have.members([
        'GET',
        'HEAD',
        'POST',
        'OPTIONS',
      ]);
      const asked = await world.api.call('OPTIONS', '/posts/1');
      expect(asked.status).to.equal(204);
      expect(asked.headers.get('allow')?.split(', ')).to.have.members([
        'GET',
        'HEAD',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
      ]);
      expect(asked.headers.get('accept-patch')).to.equal(
        'application/merge-patch+json, application/json',
      );
      expectProblem(await world.api.call('OPTIONS', '/nothing'), 404, 'not_found');
      const server = 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
      expect((await rawRequest(world.url, server)).status).to.equal(204);
    });

    it('is alive and ready', async () => {
      expect((await world.api.call('GET', '/livez')).status).to.equal(200);
      expect((await world.api.call('GET', '/readyz')).status).to.equal(200);
    });

    it('counts what it answered, and not what machines ask about itself', async () => {
      const count = async () => (await world.api.call('GET', '/counters')).body.requests;
      const before = await count();
      await world.api.call('GET', '/livez');
      await world.api.call('GET', '/me', { credential: world.adaCredential });
      await world.api.call('GET', '/me', { credential: world.adaCredential });
      await world.api.call('GET', '/me');
      const after = await count();
      expect(after.completed - before.completed).to.equal(3);
      expect(after.byStatus[200] - before.byStatus[200]).to.equal(2);
      expect(after.byStatus[401] - before.byStatus[401]).to.equal(1);
    });
  });
}
