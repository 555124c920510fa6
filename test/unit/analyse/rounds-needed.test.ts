import { expect } from 'chai';
import { verdictFor } from '../../../bench/analyse/compare.js';
import {
  detectableDistance,
  fewestRounds,
  roundsNeeded,
} from '../../../bench/analyse/rounds-needed.js';
import type { Comparison } from '../../../bench/model/result-schema.js';
import { ratioWithInterval } from '../../../bench/statistics/statistics.js';

/** One comparison whose logarithms have exactly this mean and standard deviation. */
function comparisonWith(
  mean: number,
  deviation: number,
  rounds = 4,
  equivalenceMargin = 0.05,
): Comparison {
  const step = deviation * Math.sqrt((rounds - 1) / rounds);
  const ratios = Array.from({ length: rounds }, (_, index) => ({
    round: index + 1,
    ratio: Math.exp(mean + (index % 2 === 0 ? step : -step)),
  }));
  return {
    ...{
      workload: 'me',
      instances: 1,
      topology: 'direct',
      metric: 'throughput',
      baseline: 'a',
      candidate: 'b',
    },
    ...{ baselineMean: 1, candidateMean: 1, ratio: Math.exp(mean), interval95: null },
    ...{ simultaneousInterval: null, rounds, ratios, verdict: 'unsure', equivalenceMargin },
  };
}

function neededFor(comparison: Comparison) {
  const needed = roundsNeeded(comparison, [comparison]);
  if (!needed) throw new Error('nothing is known');
  return needed;
}

describe('the rounds needed', () => {
  it('agree with a figure worked out by hand', () => {
    // Difference and spread equal: (t[.975, n-1] + t[.8, n-1])² <= n. n = 10: (2.262 + 0.883)² = 9.89;
    // n = 9: (2.306 + 0.889)² = 10.21.
    const question = { variance: 1, distance: 1, confidence: 0.95, power: 0.8 };
    expect(fewestRounds(question)).to.equal(10);
    expect(detectableDistance(10, question)).to.be.closeTo(Math.sqrt(9.89 / 10), 0.002);
  });

  it('grow with the square of the spread', () => {
    const few = neededFor(comparisonWith(0.2, 0.2)).difference ?? 0;
    const many = neededFor(comparisonWith(0.2, 0.8)).difference ?? 0;
    // One scenario and four metrics: t[.99375] in place of t[.975]. n = 15: (2.864 + 0.868)² = 13.9.
    expect(few).to.equal(15);
    expect(many).to.be.within(180, 192);
  });

  it('have no number beyond 200', () => {
    expect(neededFor(comparisonWith(0.2, 2)).difference).to.equal(null);
    expect(neededFor(comparisonWith(0.2, 2)).verdict).to.equal(null);
  });

  it('are for equality where the ratio seems within the equivalence margin, and that comes first', () => {
    const near = neededFor(comparisonWith(0.002, 0.05));
    expect(near.difference).to.equal(null);
    expect(near.equality).to.be.within(12, 20);
    expect(near.verdict).to.equal(near.equality);
    expect(neededFor(comparisonWith(0.2, 0.1)).equality).to.equal(null);
  });

  it('are many at the edge of the margin only for equality', () => {
    const edge = neededFor(comparisonWith(Math.log(1.049), 0.03));
    expect(edge.equality).to.equal(null);
    expect(edge.difference).to.be.within(4, 10);
    expect(edge.verdict).to.equal(edge.difference);
  });

  it('are more where the verdict has to hold for several scenarios, whose spread is known better', () => {
    const comparison = comparisonWith(0.05, 0.08);
    const alone = roundsNeeded(comparison, [comparison])?.difference ?? 0;
    const among =
      roundsNeeded(comparison, [comparison, comparison, comparison, comparison])?.difference ?? 0;
    expect(among).to.be.greaterThan(alone);
  });

  it('are known from three rounds on, or from two with what is known from before', () => {
    const single = { ...comparisonWith(0.1, 0.1), ratios: [{ round: 1, ratio: 1.1 }], rounds: 1 };
    expect(roundsNeeded(single, [single])).to.equal(null);
    const two = comparisonWith(0.1, 0.1, 2);
    expect(roundsNeeded(two, [two])).to.equal(null);
    expect(roundsNeeded(two, [two], { variance: 0.01, degrees: 9 })?.difference).to.be.above(2);
    expect(neededFor(comparisonWith(0.1, 0.1, 3)).difference).to.be.greaterThan(3);
  });

  it('believe a calibration more than three values that agree by chance', () => {
    const lucky = comparisonWith(0.04, 0.001, 4);
    const calibrated = { variance: 0.05 ** 2, degrees: 9 };
    expect(roundsNeeded(lucky, [lucky])?.difference).to.be.lessThan(4);
    expect(roundsNeeded(lucky, [lucky], calibrated)?.difference).to.be.greaterThan(8);
  });

  it('do bring the verdict in about four of five runs', () => {
    const deviation = 0.06;
    const mean = 0.08;
    const rounds = neededFor(comparisonWith(mean, deviation)).verdict ?? 0;
    const normal = seededNormal();
    const runs = 2000;
    let decided = 0;
    for (let run = 0; run < runs; run++) {
      const ratios = Array.from({ length: rounds }, () => Math.exp(mean + deviation * normal()));
      const { interval95 } = ratioWithInterval(ratios);
      const family = ratioWithInterval(ratios, { confidence: 1 - 0.05 / 4 }).interval95;
      if (verdictFor('higher', interval95, family, 0.05) === 'faster') decided += 1;
    }
    expect(decided / runs).to.be.within(0.76, 0.88);
  });
});

/** Box and Muller (1958) over a fixed sequence (Park and Miller, 1988). */
function seededNormal(): () => number {
  let state = 42;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
