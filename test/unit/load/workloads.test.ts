import { expect } from 'chai';
import { WORKLOADS, workloadNamed } from '../../../bench/load/workloads/registry.js';
import { contextOf } from './context.js';

function countByKind(requests: readonly { method: string; path: string }[]) {
  const kinds: Record<string, number> = {};
  for (const { method, path } of requests) {
    const kind = method === 'GET' ? (path.includes('?') ? 'list' : 'read') : method;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return kinds;
}

describe('workload', () => {
  it('crud has, of every 20 requests, 12 read, 4 list and one of each write', () => {
    const { requests } = workloadNamed('crud').loopFor(contextOf());
    for (let start = 0; start < requests.length; start += 20) {
      expect(countByKind(requests.slice(start, start + 20))).to.deep.equal({
        read: 12,
        list: 4,
        POST: 1,
        PUT: 1,
        PATCH: 1,
        DELETE: 1,
      });
    }
  });

  it('crud changes and deletes the post that the connection itself made', () => {
    const loop = workloadNamed('crud').loopFor(contextOf());
    const named = (method: string) => loop.requests.find((request) => request.method === method);
    expect(loop.leftover?.()).to.equal(null);
    named('POST')?.onResponse?.(201, { location: '/posts/10001' });
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect(named(method)?.latePath?.(), method).to.equal('/posts/10001');
    }
    expect(loop.leftover?.()).to.equal('/posts/10001');
    named('DELETE')?.onResponse?.(204, {});
    expect(loop.leftover?.()).to.equal(null);
  });

  it('conditional asks for a post, and then whether it is still the one it got', () => {
    const { requests } = workloadNamed('conditional').loopFor(contextOf());
    const [read, ...repeats] = requests.slice(0, 100);
    expect(read).to.not.have.property('lateHeaders');
    expect(repeats[0]?.lateHeaders?.()).to.deep.equal({ 'If-None-Match': 'none' });
    read?.onResponse?.(200, { etag: '"1-2-3"' });
    for (const { path, lateHeaders } of repeats) {
      expect(path).to.equal(read?.path);
      expect(lateHeaders?.()).to.deep.equal({ 'If-None-Match': '"1-2-3"' });
    }
    expect(requests[100]).to.not.have.property('lateHeaders');
    expect(requests[101]?.lateHeaders?.()).to.deep.equal({ 'If-None-Match': 'none' });
  });

  it('repost sends one body again and again, and deletes what each made', () => {
    const loop = workloadNamed('repost').loopFor(contextOf());
    const [post, remove] = loop.requests;
    post?.onResponse?.(201, { location: '/posts/10001' });
    expect([remove?.latePath?.(), loop.leftover?.()]).to.deep.equal([
      '/posts/10001',
      '/posts/10001',
    ]);
    remove?.onResponse?.(204, {});
    expect(loop.leftover?.()).to.equal(null);
  });

  it('crud creates before it changes and deletes last, so that a loop leaves nothing behind', () => {
    const { requests } = workloadNamed('crud').loopFor(contextOf());
    const order = requests.slice(0, 20).flatMap(({ method }) => (method === 'GET' ? [] : [method]));
    expect(order).to.deep.equal(['POST', 'PUT', 'PATCH', 'DELETE']);
  });

  it('read asks for seeded posts only, many different ones, the same for the same seed', () => {
    const idsOf = (seed: number) =>
      workloadNamed('read')
        .loopFor(contextOf(seed))
        .requests.map((request) => Number(request.path.split('/')[2]));
    const ids = idsOf(3);
    expect(Math.min(...ids)).to.be.at.least(1);
    expect(Math.max(...ids)).to.be.at.most(10_000);
    expect(new Set(ids).size).to.be.greaterThan(150);
    expect(idsOf(3)).to.deep.equal(ids);
    expect(idsOf(4)).to.not.deep.equal(ids);
  });

  for (const workload of WORKLOADS.filter((known) => known.name !== 'login')) {
    it(`${workload.name} sends the credential with every request`, () => {
      for (const request of workload.loopFor(contextOf()).requests) {
        expect(request.headers, request.path).to.include({ Cookie: 'id=abc' });
      }
    });
  }

  it('login sends the password of its user and no credential', () => {
    const [request] = workloadNamed('login').loopFor(contextOf()).requests;
    expect(request?.headers).to.not.have.property('Cookie');
    expect(JSON.parse(request?.body ?? '')).to.deep.equal({
      email: 'user0001@example.test',
      password: 'secret',
    });
  });
});
