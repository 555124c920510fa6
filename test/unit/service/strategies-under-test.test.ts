import { expect } from 'chai';
import { strategies } from '../../../src/auth/registry.js';
import { ON_CLUSTER } from '../../support/strategies-under-test.js';

describe('the strategies that are tested on a Redis Cluster', () => {
  it('are all that keep something in Redis, and one that does not', async () => {
    const keeping: string[] = [];
    for (const [name, load] of Object.entries(strategies)) {
      const { description } = await load();
      if (description.stateIn === 'redis' || description.stateIn === 'authority')
        keeping.push(name);
      // Who keeps something elsewhere, or nothing, asks Redis nothing in a request, or is a denylist.
      else if (description.perRequest.redis > 0) keeping.push(name);
    }
    expect(ON_CLUSTER.filter((name) => name !== 'jwt')).to.have.members(keeping);
    expect(ON_CLUSTER).to.include('jwt');
  });
});
