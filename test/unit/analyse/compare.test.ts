import { expect } from 'chai';
import { compareStrategies } from '../../../bench/analyse/compare.js';
import { variantsOf } from '../../../bench/model/variant.js';
import { makeConfig, makeTrial } from '../bench-support.js';

const STRATEGIES = [
  { name: 'session', summary: '', control: false },
  { name: 'jwt', summary: '', control: false },
  { name: 'none', summary: '', control: true },
];

/** One trial a variant and round, with throughput as given. */
function trialsOf(throughputs: Record<string, number[]>) {
  return Object.entries(throughputs).flatMap(([variant, values]) =>
    values.map((throughputRps, index) => makeTrial({ variant, round: index + 1, throughputRps })),
  );
}

describe('comparison of strategies', () => {
  it('takes the ratio within rounds, so that drift between rounds cancels', () => {
    // Each round is half as fast as the one before; the ratio is 1.2 in all of them.
    const [comparison] = compareStrategies({
      config: makeConfig(),
      strategies: STRATEGIES,
      trials: trialsOf({ session: [1000, 500, 250], jwt: [1200, 600, 300] }),
    });
    expect(comparison).to.include({ baseline: 'session', candidate: 'jwt', metric: 'throughput' });
    expect(comparison?.ratio).to.be.closeTo(1.2, 1e-12);
    expect(comparison?.interval95?.[0]).to.be.closeTo(1.2, 1e-9);
    expect(comparison?.verdict).to.equal('faster');
  });

  it('asks more of a winner when verdicts are looked at several times', () => {
    const trials = trialsOf({ session: [100, 100, 100, 100], jwt: [109, 113, 111, 119] });
    const verdictWith = (looks: number) =>
      compareStrategies({
        config: makeConfig({ rounds: 4, untilSure: { step: 4, maxRounds: 4 * looks, looks } }),
        strategies: STRATEGIES,
        trials,
      })[0];
    const [once, often] = [verdictWith(1), verdictWith(25)];
    expect(once?.verdict).to.equal('faster');
    expect(often?.verdict).to.equal('unsure');
    expect(often?.interval95).to.deep.equal(once?.interval95);
  });

  it('leaves out a round in which one variant is invalid', () => {
    const trials = trialsOf({ session: [1000, 1000, 1000], jwt: [1200, 1200, 9999] });
    const broken = trials.map((trial) =>
      trial.throughputRps === 9999 ? { ...trial, valid: false } : trial,
    );
    const [comparison] = compareStrategies({
      config: makeConfig(),
      strategies: STRATEGIES,
      trials: broken,
    });
    expect(comparison?.rounds).to.equal(2);
    expect(comparison?.ratio).to.be.closeTo(1.2, 1e-12);
  });

  it('says unsure, with no figures, where no round is complete', () => {
    const [comparison] = compareStrategies({
      config: makeConfig(),
      strategies: STRATEGIES,
      trials: trialsOf({ session: [1000] }),
    });
    expect(comparison).to.include({ rounds: 0, ratio: null, verdict: 'unsure' });
  });

  it('says unsure after one round, however large the difference', () => {
    const [comparison] = compareStrategies({
      config: makeConfig(),
      strategies: STRATEGIES,
      trials: trialsOf({ session: [1000], jwt: [5000] }),
    });
    expect(comparison).to.include({ rounds: 1, ratio: 5, interval95: null, verdict: 'unsure' });
  });

  it('measures every strategy against the control, and the others against the one named first', () => {
    const comparisons = compareStrategies({
      config: makeConfig({ variants: variantsOf(['none', 'jwt', 'session']) }),
      strategies: STRATEGIES,
      trials: [],
    });
    const pairs = new Set(comparisons.map((each) => `${each.candidate}/${each.baseline}`));
    expect([...pairs]).to.have.members(['session/jwt', 'jwt/none', 'session/none']);
  });

  it('compares the two variants of an A/A run', () => {
    const [comparison] = compareStrategies({
      config: makeConfig({ variants: variantsOf(['session', 'session']) }),
      strategies: STRATEGIES,
      trials: trialsOf({ session: [1000, 1010, 990], 'session#2': [1000, 1000, 1000] }),
    });
    expect(comparison).to.include({ baseline: 'session', candidate: 'session#2' });
    expect(comparison?.verdict).to.equal('equal');
  });

  it('widens the simultaneous interval with the number of scenarios in the table', () => {
    const trials = trialsOf({ session: [1000, 1000, 1000], jwt: [1100, 1200, 1300] });
    const width = (workloads: string[]) => {
      const [comparison] = compareStrategies({
        config: makeConfig({ workloads }),
        strategies: STRATEGIES,
        trials,
      });
      const [low, high] = comparison?.simultaneousInterval ?? [Number.NaN, Number.NaN];
      return high / low;
    };
    expect(width(['me', 'crud'])).to.be.greaterThan(width(['me']));
  });
});
