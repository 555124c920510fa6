import { expect } from 'chai';
import { wilsonInterval } from '../../../bench/statistics/proportion.js';

describe('the interval of a share (Wilson)', () => {
  it('agrees with published figures', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    const published: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [successes, trials, low, high] of published) {
      const [from, to] = wilsonInterval(successes, trials);
      expect(from, `${successes} of ${trials}`).to.be.closeTo(low, 5e-5);
      expect(to, `${successes} of ${trials}`).to.be.closeTo(high, 5e-5);
    }
  });

  it('ends at 1 where all were', () => {
    expect(wilsonInterval(20, 20)[1]).to.be.closeTo(1, 1e-12);
  });

  it('needs a trial', () => {
    expect(() => wilsonInterval(0, 0)).to.throw(RangeError);
    expect(() => wilsonInterval(3, 2)).to.throw(RangeError);
  });
});
