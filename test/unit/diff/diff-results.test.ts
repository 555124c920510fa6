import { expect } from 'chai';
import {
  type Basis,
  type DiffRow,
  decidingChange,
  diffResults,
} from '../../../bench/diff/diff-results.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { runWith } from './runs.js';

function rowOf(a: Result, b: Result, variant: string, basis?: Basis): DiffRow {
  const row = diffResults(a, b, basis).rows.find(
    (known) => known.variant === variant && known.metric === 'cpu.application',
  );
  if (!row) throw new Error('no such row');
  return row;
}

describe('the difference of two runs', () => {
  it('is the ratio of geometric means with an interval of its own for each run', () => {
    const a = runWith({ cpu: { session: [40, 50, 62.5] } });
    const b = runWith({ cpu: { session: [80, 100, 125] } });
    const { absolute, meanA, meanB, basis } = rowOf(a, b, 'session');
    expect(absolute.ratio).to.be.closeTo(2, 1e-12);
    expect(meanA).to.be.closeTo(50.83, 0.01);
    expect(meanB).to.be.closeTo(101.67, 0.01);
    expect(basis).to.equal('absolute');
    // Logarithms scatter by ln 1.25 in both: se = ln 1.25 · sqrt(2/3), 4 degrees of freedom, t = 2.776.
    const half = 2.7764 * Math.log(1.25) * Math.sqrt(2 / 3);
    expect(absolute.interval95?.[0]).to.be.closeTo(2 * Math.exp(-half), 1e-4);
    expect(absolute.interval95?.[1]).to.be.closeTo(2 * Math.exp(half), 1e-4);
  });

  it('cancels a slower machine where both runs have a control', () => {
    // Everything took 1.3 times as long in B; the strategy itself did not change.
    const a = runWith({ cpu: { session: [50, 51, 50], none: [20, 20.2, 20.1] } });
    const b = runWith({ cpu: { session: [65, 66.3, 65], none: [26, 26.26, 26.13] } });
    const row = rowOf(a, b, 'session');
    expect(row.basis).to.equal('control');
    expect(row.absolute.ratio).to.be.closeTo(1.3, 1e-9);
    expect(row.relative?.ratio).to.be.closeTo(1, 1e-9);
    expect(row.verdict).to.equal('equal');
    expect(rowOf(a, b, 'session', 'absolute').verdict).to.equal('slower');
  });

  it('takes the control itself as measured', () => {
    const a = runWith({ cpu: { session: [50, 51, 50], none: [20, 20.2, 20.1] } });
    const b = runWith({ cpu: { session: [50, 51, 50], none: [26, 26.26, 26.13] } });
    const row = rowOf(a, b, 'none');
    expect(row).to.include({ basis: 'absolute', relative: null, verdict: 'slower', control: true });
    expect(decidingChange(row)).to.equal(row.absolute);
  });

  it('divides by the control of the same round, and leaves out rounds without it', () => {
    const a = runWith({ cpu: { session: [50, 100, 50], none: [20, 40] } });
    const b = runWith({ cpu: { session: [50, 100, 50], none: [20, 40, 20] } });
    const row = rowOf(a, b, 'session');
    expect(row.relative).to.include({ roundsA: 2, roundsB: 3 });
    expect(row.relative?.ratio).to.be.closeTo(1, 1e-12);
  });

  it('does not relate to a control that only one run has', () => {
    const a = runWith({ cpu: { session: [50, 51, 50] } });
    const b = runWith({ cpu: { session: [50, 51, 50], none: [20, 20.2, 20.1] } });
    expect(rowOf(a, b, 'session')).to.include({ basis: 'absolute', relative: null });
    expect(diffResults(a, b).onlyInB).to.deep.equal([
      { variant: 'none', workload: 'me', instances: 1, topology: 'direct' },
    ]);
    expect(diffResults(a, b).onlyInA).to.deep.equal([]);
  });

  it('leaves invalid trials out', () => {
    const a = runWith({ cpu: { session: [50, 51, 50] } });
    const b = runWith({
      cpu: { session: [50, 51, 50, 5000] },
      change: (result) => ({
        ...result,
        trials: result.trials.map((trial) => ({ ...trial, valid: trial.round < 4 })),
      }),
    });
    expect(rowOf(a, b, 'session').absolute.ratio).to.be.closeTo(1, 1e-12);
  });

  it('has no interval and no verdict after one round', () => {
    const row = rowOf(
      runWith({ cpu: { session: [50] } }),
      runWith({ cpu: { session: [500, 500] } }),
      'session',
    );
    expect(row).to.include({ verdict: 'unsure' });
    expect(row.absolute.interval95).to.equal(null);
    expect(row.absolute.ratio).to.be.closeTo(10, 1e-9);
  });

  it('needs a wider interval where several scenarios are looked at', () => {
    const several = { workloads: ['me', 'crud'], instances: [1, 2] };
    const a = runWith({ cpu: { session: [50, 52, 51] }, ...several });
    const b = runWith({ cpu: { session: [55, 57, 56] }, ...several });
    const { simultaneousInterval, interval95 } = rowOf(a, b, 'session').absolute;
    expect(simultaneousInterval?.[0]).to.be.lessThan(interval95?.[0] ?? 0);
    expect(simultaneousInterval?.[1]).to.be.greaterThan(interval95?.[1] ?? 0);
  });

  it('calls more throughput faster and more CPU time slower', () => {
    const a = runWith({ cpu: { session: [50, 51, 50] } });
    const b = runWith({ cpu: { session: [100, 102, 100] } });
    const verdicts = Object.fromEntries(
      diffResults(b, a).rows.map(({ metric, verdict }) => [metric, verdict]),
    );
    expect(verdicts).to.include({ throughput: 'faster', 'cpu.application': 'faster' });
    expect(rowOf(a, b, 'session').verdict).to.equal('slower');
  });
});
