import { expect } from 'chai';
import { cachingOf } from '../../../src/api/cache-control.js';

describe('the table of what may be kept', () => {
  it('lets nobody keep what it does not name, nor the answer to anything but GET', () => {
    expect(cachingOf('/somewhere/new', ['HEAD', 'GET']).cacheControl).to.equal('no-store');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(cachingOf('/posts/:id', [method])).to.deep.equal({
        cacheControl: 'no-store',
        isPrivateCopy: false,
      });
    }
  });

  it('lets shared caches keep what needs no login, and nothing else', () => {
    const routes = ['/me', '/users/:id', '/auth/sessions', '/posts', '/posts/:id', '/livez'];
    for (const path of routes) {
      expect(cachingOf(path, ['GET']).cacheControl, path).to.match(
        /^(no-store|private, no-cache)$/,
      );
    }
    expect(cachingOf('/.well-known/jwks.json', ['GET']).cacheControl).to.equal(
      'public, max-age=15',
    );
    for (const path of ['/openapi.json', '/docs', '/docs/:file']) {
      expect(cachingOf(path, ['GET']).cacheControl, path).to.equal('public, no-cache');
    }
  });
});
