import { expect } from 'chai';
import type { Route } from '../../../src/api/route.js';
import { presentRoutes } from '../../../src/api/route.js';
import { createRouter } from '../../../src/api/router.js';

const handle = () => {};

describe('a router', () => {
  it('is not made of a route whose callers nobody can check', () => {
    for (const access of ['account', 'posts:read', 'credential', 'operator', 'instance'] as const) {
      const route = { method: 'delete', path: '/things/:id', access, handle } as Route<object>;
      expect(() => createRouter([route], {}, {}), access).to.throw(
        TypeError,
        `delete /things/:id: ${access}`,
      );
    }
    const guardsOfOthers = { holders: { instance: () => {} } };
    const route: Route<object> = { method: 'post', path: '/shut', access: 'operator', handle };
    expect(() => createRouter([route], {}, guardsOfOthers)).to.throw(TypeError, 'operator');
  });

  it('is made of a route that anyone may ask, and of one whose guard is there', () => {
    const routes: Route<object>[] = [
      { method: 'get', path: '/open', access: 'anyone', mayKeep: 'nobody', handle },
      { method: 'post', path: '/shut', access: 'operator', handle },
    ];
    const { stack } = createRouter(routes, {}, { holders: { operator: () => {} } });
    expect(stack.map(({ path }) => path)).to.deep.equal(['/open', '/shut']);
    // One function each: whatever a route does before its handler costs no turn through Koa.
    expect(stack.map((layer) => layer.stack.length)).to.deep.equal([1, 1]);
  });
});

describe('the routes that are present', () => {
  it('are those of no part, and of the parts that are there', () => {
    const routes = [{}, { partOf: 'docs' }, { partOf: 'counters' }] as const;
    expect(presentRoutes(routes, { docs: true })).to.deep.equal([routes[0], routes[1]]);
    expect(presentRoutes(routes, { docs: false })).to.deep.equal([routes[0]]);
  });
});
