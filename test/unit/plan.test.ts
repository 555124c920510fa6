import { expect } from 'chai';
import {
  blocksOf,
  type PlanInput,
  planTrials,
  sharedOf,
} from '../../bench/model/planned-trials.js';
import { variantsOf } from '../../bench/model/variant.js';

const INPUT: PlanInput = {
  variants: variantsOf(['session', 'jwt', 'none']),
  workloads: ['me', 'crud'],
  instances: [1, 2],
  rounds: 5,
  seed: 42,
};

describe('plan', () => {
  it('is the same for the same seed and another for another', () => {
    expect(planTrials(INPUT)).to.deep.equal(planTrials(INPUT));
    expect(planTrials({ ...INPUT, seed: 43 })).to.not.deep.equal(planTrials(INPUT));
  });

  it('has every condition exactly once in every round', () => {
    for (let round = 1; round <= INPUT.rounds; round++) {
      const conditions = planTrials(INPUT)
        .filter((trial) => trial.round === round)
        .map((trial) => `${trial.variant} ${trial.workload} ${trial.instances}`);
      expect(conditions).to.have.lengthOf(12);
      expect(new Set(conditions).size).to.equal(12);
    }
  });

  it('ends a round before the next begins', () => {
    const rounds = planTrials(INPUT).map((trial) => trial.round);
    expect(rounds).to.deep.equal([...rounds].sort((a, b) => a - b));
  });

  it('keeps the variants of a scenario side by side', () => {
    const trials = planTrials(INPUT);
    for (let start = 0; start < trials.length; start += 3) {
      const block = trials
        .slice(start, start + 3)
        .map((trial) => `${trial.workload} ${trial.instances}`);
      expect(new Set(block).size, `trials ${start} to ${start + 2}`).to.equal(1);
    }
  });

  it('does not always begin with the same variant', () => {
    const first = planTrials(INPUT).filter((_, index) => index % 3 === 0);
    expect(new Set(first.map((trial) => trial.variant)).size).to.equal(3);
  });

  it('holds any mix of names, each variant in every place of its block sooner or later', () => {
    const strategies = [...'abcdefghij', 'session-memory', 'a'];
    const trials = planTrials({ ...INPUT, variants: variantsOf(strategies), rounds: 100 });
    expect(trials).to.have.lengthOf(100 * 4 * 12);
    const places = new Map<string, Set<number>>();
    trials.forEach(({ variant }, index) => {
      places.set(variant, (places.get(variant) ?? new Set()).add(index % 12));
    });
    expect([...places.keys()]).to.have.members([...strategies.slice(0, -1), 'a#2']);
    for (const [variant, seen] of places) expect(seen.size, variant).to.equal(12);
  });

  it('gives the two variants of an A/A run ids of their own', () => {
    const variants = variantsOf(['session', 'session']);
    const planned = planTrials({ ...INPUT, variants }).map(({ variant }) => variant);
    expect(new Set(planned)).to.deep.equal(new Set(['session', 'session#2']));
  });
});

describe('blocks of a plan', () => {
  it('hold every variant of a scenario and round, in the order of the plan', () => {
    const order = planTrials(INPUT);
    const blocks = blocksOf(order);
    expect(blocks.flat()).to.deep.equal(order);
    expect(blocks).to.have.lengthOf(5 * 4);
    for (const block of blocks) expect(block).to.have.lengthOf(3);
  });

  it('are cut where so many instances would not fit, down to one variant', () => {
    const order = planTrials({ ...INPUT, workloads: ['me'], instances: [1, 4], rounds: 1 });
    const sizes = sharedOf(order, { mostInstances: 8 }).map((block) => block.length);
    // Three of one instance, two of which grow to four; the others have processes of their own.
    expect(sizes.sort()).to.deep.equal([2, 4]);
    expect(sharedOf(order, { mostInstances: 1 })).to.have.lengthOf(6);
  });

  it('share their processes within a round, as many as their largest scenario has', () => {
    const order = planTrials({ ...INPUT, instances: [1, 2, 4] });
    expect(sharedOf(order)).to.have.lengthOf(INPUT.rounds);
    expect(sharedOf(order, { mostInstances: 12 })).to.have.lengthOf(INPUT.rounds);
    for (const shared of sharedOf(order)) {
      expect(new Set(shared.map(({ round }) => round)).size).to.equal(1);
    }
  });

  it('share them over all rounds where fleets serve the plan', () => {
    const order = planTrials({ ...INPUT, instances: [1, 2, 4] });
    expect(sharedOf(order, { fleetsServe: 'plan' })).to.deep.equal([order]);
  });

  it('share nothing behind a web tier but between scenarios of one size', () => {
    const web = sharedOf(planTrials({ ...INPUT, rounds: 1, web: {} }));
    for (const shared of web) {
      expect(new Set(shared.map(({ instances }) => instances)).size).to.equal(1);
    }
  });
});
