import { expect } from 'chai';
import { spreadOverInstances, spreadOverWorkers } from '../../../bench/load/spread.js';

function usersOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    credential: {},
    password: '',
    user: { id: index, email: '', name: '' },
  }));
}

function originsOf(count: number) {
  return Array.from({ length: count }, (_, index) => `http://127.0.0.1:${index}`);
}

describe('connections', () => {
  for (const [connections, instances, loadWorkers] of [
    [100, 1, 2],
    [100, 2, 2],
    [100, 3, 2],
    [100, 16, 4],
    [7, 2, 3],
  ] as const) {
    it(`are dealt evenly: ${connections} over ${instances} instances and ${loadWorkers} load workers`, () => {
      const all = spreadOverInstances(usersOf(connections), originsOf(instances));
      const shares = spreadOverWorkers(all, loadWorkers);
      expect(shares.flat()).to.have.members(all);
      const sizes = shares.map((share) => share.length);
      expect(Math.max(...sizes) - Math.min(...sizes), 'load workers').to.be.at.most(instances);
      for (let instance = 0; instance < instances; instance++) {
        const perWorker = shares.map(
          (share) => share.filter((each) => each.instance === instance).length,
        );
        expect(
          Math.max(...perWorker) - Math.min(...perWorker),
          `instance ${instance}`,
        ).to.be.at.most(1);
      }
    });
  }

  it('have a user of their own each', () => {
    const all = spreadOverInstances(usersOf(100), originsOf(2));
    expect(new Set(all.map((connection) => connection.user.id)).size).to.equal(100);
  });

  it('leave no load worker without work when there are more load workers than connections', () => {
    const all = spreadOverInstances(usersOf(2), originsOf(1));
    expect(spreadOverWorkers(all, 4)).to.have.lengthOf(2);
  });
});
