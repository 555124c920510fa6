import { expect } from 'chai';
import { stepsOfSweep } from '../../../src/auth/credentials/sweep-in-steps.js';

describe('a sweep of a table in memory', () => {
  const sweep = (table: Map<string, number>, now: () => number) =>
    stepsOfSweep(
      table,
      (endsAt) => endsAt <= now(),
      (key) => table.delete(key),
      10,
    );

  it('looks at a bounded number of entries a step, and removes those that are over', () => {
    const table = new Map(Array.from({ length: 25 }, (_, place) => [`entry ${place}`, 1]));
    table.set('stays', 2);
    const steps = sweep(table, () => 1);
    const sizes = Array.from({ length: 3 }, () => {
      steps.next();
      return table.size;
    });
    expect(sizes).to.deep.equal([16, 6, 1]);
    expect([...table.keys()]).to.deep.equal(['stays']);
  });

  it('begins again at the end, and finds what was added and what has ended since', () => {
    let now = 1;
    const table = new Map([['ends later', 2]]);
    const steps = sweep(table, () => now);
    steps.next();
    expect(table.size).to.equal(1);
    now = 2;
    table.set('was over when added', 1);
    steps.next();
    expect(table.size).to.equal(0);
    expect(steps.next().done).to.equal(false);
  });
});
