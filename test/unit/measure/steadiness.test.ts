import { expect } from 'chai';
import { steadinessOf } from '../../../bench/measure/steadiness.js';

describe('steadiness of a window', () => {
  it('is the spread of the thirds as a share of the mean', () => {
    const steadiness = steadinessOf([80, 100, 100, 100, 110, 110]);
    expect(steadiness?.thirds).to.deep.equal([90, 100, 110]);
    expect(steadiness?.spread).to.be.closeTo(0.2, 1e-12);
  });

  it('uses every slice when their number is no multiple of three', () => {
    expect(steadinessOf([90, 90, 100, 110, 110])?.thirds).to.deep.equal([90, 100, 110]);
    expect(steadinessOf([90, 100, 100, 110])?.thirds).to.deep.equal([90, 100, 110]);
  });

  it('takes out the pace of the machine, third by third', () => {
    // The machine ran at 1.5, then 0.75 times its pace: 150 and 75 are the same speed.
    const steadiness = steadinessOf([160, 140, 75, 75, 70, 80], [1.5, 0.75, 0.75]);
    expect(steadiness?.thirds).to.deep.equal([100, 100, 100]);
    expect(steadiness?.spread).to.equal(0);
  });

  it('is unknown below three slices and when nothing was measured', () => {
    expect(steadinessOf([1, 2])).to.equal(null);
    expect(steadinessOf([0, 0, 0])).to.equal(null);
  });
});
