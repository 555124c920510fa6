import { expect } from 'chai';
import { mostConnections } from '../../../bench/experiments/compare/most-connections.js';

const plain = { connections: 100, loadWorkers: 2, instances: [1, 4] };

describe('the connections that one process of a run holds', () => {
  it('are those of all variants in the load generator', () => {
    expect(mostConnections({ ...plain, instances: [4] }, 3)).to.equal(150);
    expect(mostConnections({ ...plain, connections: 101, instances: [4] }, 3)).to.equal(153);
  });

  it('are all of one variant in a single instance', () => {
    expect(mostConnections(plain, 1)).to.equal(100);
    expect(mostConnections({ ...plain, instances: [2, 4] }, 1)).to.equal(50);
  });

  it('are twice as many in nginx, which has one to an instance for each', () => {
    expect(mostConnections({ ...plain, web: { balance: 'round-robin' } }, 1)).to.equal(200);
  });
});
