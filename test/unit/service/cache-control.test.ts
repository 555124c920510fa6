import { expect } from 'chai';
import { apiRoutes } from '../../../src/api/api-routes.js';
import { cachingOf } from '../../../src/api/cache-control.js';

describe('who may keep an answer', () => {
  it('is nobody where a route does not say, and for anything but GET', () => {
    expect(cachingOf({ method: 'get' }).cacheControl).to.equal('no-store');
    for (const method of ['post', 'put', 'patch', 'delete']) {
      expect(cachingOf({ method, mayKeep: 'own cache, asking' })).to.deep.equal({
        cacheControl: 'no-store',
        isPrivateCopy: false,
      });
    }
    for (const route of apiRoutes.filter(({ method }) => method !== 'get')) {
      expect(cachingOf(route).cacheControl, route.path).to.equal('no-store');
    }
  });

  it('is a shared cache for what needs no login, and for nothing else', () => {
    const paths = ['/me', '/users/:id', '/auth/sessions', '/posts', '/posts/:id', '/livez'];
    for (const path of paths) {
      expect(cacheControlOfGet(path), path).to.match(/^(no-store|private, no-cache)$/);
    }
    expect(cacheControlOfGet('/.well-known/jwks.json')).to.equal('public, max-age=15');
    for (const path of ['/openapi.json', '/docs', '/docs/:file']) {
      expect(cacheControlOfGet(path), path).to.equal('public, no-cache');
    }
    for (const route of apiRoutes.filter(({ access }) => access !== 'anyone')) {
      expect(cachingOf(route).cacheControl, route.path).to.not.include('public');
    }
  });
});

function cacheControlOfGet(path: string): string {
  const route = apiRoutes.find((one) => one.method === 'get' && one.path === path);
  expect(route, path).to.not.equal(undefined);
  return cachingOf(route as NonNullable<typeof route>).cacheControl;
}
