import { expect } from 'chai';
import {
  meanWithInterval,
  pooledSpread,
  ratioWithInterval,
} from '../../../bench/statistics/statistics.js';

describe('mean with interval', () => {
  it('gives the interval worked out by hand for 4, 6 and 8', () => {
    // s = 2, n = 3, t(0.975; 2) = 4.302653: half width 4.302653 * 2 / sqrt(3) = 4.968275
    const { mean, interval95, n } = meanWithInterval([4, 6, 8]);
    expect(mean).to.equal(6);
    expect(n).to.equal(3);
    expect(interval95?.[0]).to.be.closeTo(1.031725, 1e-5);
    expect(interval95?.[1]).to.be.closeTo(10.968275, 1e-5);
  });

  it("gives the published interval of NIST's ZARR13 heat-flow data", () => {
    // NIST/SEMATECH e-Handbook 1.3.5.2: N = 195, mean 9.26146, s 0.022789, 95 % 9.258242..9.264679.
    // 97 pairs around the mean, and the mean: values with exactly that mean and deviation stand in
    // for the 195 measured ones.
    const spread = 0.022789;
    const values = Array.from({ length: 195 }, (_, index) =>
      index === 194 ? 9.26146 : 9.26146 + (index % 2 === 0 ? spread : -spread),
    );
    const { interval95 } = meanWithInterval(values);
    expect(interval95?.[0]).to.be.closeTo(9.258242, 2e-6);
    expect(interval95?.[1]).to.be.closeTo(9.264679, 2e-6);
  });

  it('knows no interval for a single value', () => {
    expect(meanWithInterval([5])).to.deep.equal({ mean: 5, interval95: null, n: 1 });
  });

  it('refuses an empty list instead of answering zero', () => {
    expect(() => meanWithInterval([])).to.throw(RangeError);
  });

  it('widens with the confidence asked for', () => {
    // t(0.995; 2) = 9.924843
    const { interval95 } = meanWithInterval([4, 6, 8], 0.99);
    expect(interval95?.[1]).to.be.closeTo(6 + (9.924843 * 2) / Math.sqrt(3), 1e-4);
  });
});

describe('ratio with interval', () => {
  it('takes the geometric mean, so that twice and half cancel', () => {
    expect(ratioWithInterval([2, 0.5]).mean).to.be.closeTo(1, 1e-12);
  });

  it('keeps the interval symmetrical around the mean as a factor', () => {
    const { mean, interval95 } = ratioWithInterval([1.1, 1.2, 1.3]);
    const [low, high] = interval95 as [number, number];
    expect(mean / low).to.be.closeTo(high / mean, 1e-12);
    expect(low).to.be.greaterThan(0);
  });

  it('refuses zero, negative and infinite ratios', () => {
    for (const wrong of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(() => ratioWithInterval([1, wrong]), String(wrong)).to.throw(RangeError);
    }
  });
});

describe('pooled spread', () => {
  it('is the residual mean square worked out by hand', () => {
    // Variances 1 (2 degrees) and 4.5 (1 degree): (1 * 2 + 4.5 * 1) / 3 with 1, 2, 3 and 2, 5.
    expect(pooledSpread([[1, 2, 3], [2, 5], [7]])).to.deep.equal({ variance: 6.5 / 3, degrees: 3 });
  });

  it('is unknown when no group has two values', () => {
    expect(pooledSpread([[1], [], [2]])).to.equal(null);
  });

  it('keeps ratios that happen to agree from looking sure', () => {
    const shared = { variance: 0.01, degrees: 8 };
    const alone = ratioWithInterval([1.1, 1.1, 1.1]).interval95;
    const among = ratioWithInterval([1.1, 1.1, 1.1], { shared }).interval95;
    expect(alone?.[0]).to.be.closeTo(1.1, 1e-9);
    // t(0.975; 8) = 2.306004: half width 2.306004 * 0.1 / sqrt(3) = 0.133137 on the logarithm.
    expect(among?.[1]).to.be.closeTo(1.1 * Math.exp(0.133137), 1e-5);
  });

  it('leaves a group that is noisier than the others its own spread', () => {
    const quiet = ratioWithInterval([1, 2, 4], { shared: { variance: 0.0001, degrees: 2 } });
    expect(quiet.interval95).to.deep.equal(ratioWithInterval([1, 2, 4]).interval95);
  });
});
