import { expect } from 'chai';
import { slopeOf } from '../../../bench/measure/steadiness.js';

describe('slope of a window', () => {
  it('is the change along the line as a share of the mean', () => {
    // 90, 100, 110: the line climbs by 20 on a mean of 100.
    expect(slopeOf([90, 100, 110])?.drift).to.be.closeTo(0.2, 1e-12);
  });

  it('is not significant when the slices scatter more than they climb', () => {
    expect(slopeOf([90, 130, 95, 125, 100, 120])?.significant).to.equal(false);
  });

  it('is unknown below three slices and when nothing was measured', () => {
    expect(slopeOf([1, 2])).to.equal(null);
    expect(slopeOf([0, 0, 0])).to.equal(null);
  });
});
