import { expect } from 'chai';
import { quantile } from '../../../bench/statistics/quantile.js';
import { compareByRanks } from '../../../bench/statistics/rank-test.js';

describe('a comparison by ranks', () => {
  it('gives the published figures of the permeability data', () => {
    // Hollander and Wolfe (1973), page 69; in R the example of wilcox.test: W = 35, and without the
    // correction for continuity 0.1103 one-sided; its difference in location is 0.305.
    const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];
    const { u, p, superiority, shift, interval95 } = compareByRanks(atTerm, early);
    expect(u).to.equal(35);
    expect(p).to.be.closeTo(2 * 0.1103, 2e-4);
    expect(superiority).to.equal(0.7);
    expect(shift).to.be.closeTo(0.305, 1e-9);
    expect(interval95[0]).to.be.below(0);
    expect(interval95[1]).to.be.above(0.305);
  });

  it('counts ties half and allows for them, as worked out by hand', () => {
    // 1 > nothing, 2 = 2 (half); 3 > 2: U = 0 + 0.5 + 0.5 + 1 + 1 = 3 of 6 with the second 2, 2.
    // Variance 6/12 (6 - 24 / 20) = 2.4, z = 0.
    const same = compareByRanks([1, 2, 3], [2, 2]);
    expect(same.u).to.equal(3);
    expect(same.p).to.be.closeTo(1, 1e-6);
    // U = 6 of 6: z = 3 / sqrt(2.7) for values without ties (variance 6/12 * 6 = 3): 1.7320508.
    const apart = compareByRanks([4, 5, 6], [1, 2]);
    expect(apart.u).to.equal(6);
    expect(apart.p).to.be.closeTo(0.0832645, 1e-6);
  });

  it('finds a shift where there is one, and none in equal samples', () => {
    const values = Array.from({ length: 200 }, (_, index) => (index * 37) % 200);
    const equal = compareByRanks(values, values);
    expect(equal.superiority).to.equal(0.5);
    expect(equal.shift).to.equal(0);
    const shifted = compareByRanks(
      values.map((value) => value + 60),
      values,
    );
    expect(shifted.shift).to.equal(60);
    expect(shifted.interval95[0]).to.be.within(45, 60);
    expect(shifted.interval95[1]).to.be.within(60, 75);
    expect(shifted.p).to.be.below(1e-6);
  });

  it('refuses an empty sample', () => {
    expect(() => compareByRanks([], [1])).to.throw(RangeError);
  });
});

describe('a quantile', () => {
  it('lies between neighbours', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).to.equal(2.5);
    expect(quantile([1, 2, 3, 4], 0.25)).to.equal(1.75);
    expect(quantile([7], 0.75)).to.equal(7);
  });
});
