import { expect } from 'chai';
import { intervalOfDifference, welchDifference } from '../../../bench/statistics/welch.js';

function differenceOf(first: number[], second: number[]) {
  const found = welchDifference({ values: first, shared: null }, { values: second, shared: null });
  if (!found) throw new Error('no difference');
  return found;
}

describe('the difference of two samples (Welch)', () => {
  it('agrees with figures worked out by hand', () => {
    // Variances 1 and 4, three values each: se² = 1/3 + 4/3, degrees = (5/3)² / ((1/3)²/2 + (4/3)²/2).
    const found = differenceOf([1, 2, 3], [8, 10, 12]);
    expect(found.mean).to.equal(8);
    expect(found.standardError).to.be.closeTo(Math.sqrt(5 / 3), 1e-12);
    expect(found.degrees).to.be.closeTo(25 / 9 / (17 / 18), 1e-12);
  });

  it('agrees with R on the sleep data of Student (1908)', () => {
    // t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, interval -3.3654832 to 0.2054832.
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const found = differenceOf(first, second);
    expect(found.degrees).to.be.closeTo(17.776, 0.001);
    expect(found.mean / found.standardError).to.be.closeTo(1.8608, 0.0001);
    const [low, high] = intervalOfDifference(found);
    expect(low).to.be.closeTo(-0.2054832, 1e-6);
    expect(high).to.be.closeTo(3.3654832, 1e-6);
  });

  it('gives a wider interval for more confidence', () => {
    const found = differenceOf([1, 2, 3], [2, 3, 5]);
    const [low, high] = intervalOfDifference(found, 0.95);
    const [wideLow, wideHigh] = intervalOfDifference(found, 0.99);
    expect(wideLow).to.be.lessThan(low);
    expect(wideHigh).to.be.greaterThan(high);
  });

  it('does not believe values that agree by chance when others like them scatter', () => {
    const shared = { variance: 4, degrees: 8 };
    const found = welchDifference({ values: [1, 1], shared }, { values: [2, 2], shared });
    expect(found?.standardError).to.be.closeTo(2, 1e-12);
    expect(found?.degrees).to.be.closeTo(16, 1e-12);
  });

  it('has no answer when a sample is one value', () => {
    expect(
      welchDifference({ values: [1], shared: null }, { values: [1, 2, 3], shared: null }),
    ).to.equal(null);
  });

  it('stays a number when nothing scatters', () => {
    const found = differenceOf([1, 1, 1], [2, 2, 2]);
    expect(intervalOfDifference(found)).to.deep.equal([1, 1]);
  });
});
