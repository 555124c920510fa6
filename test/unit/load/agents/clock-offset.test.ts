import { expect } from 'chai';
import { clockOffset } from '../../../../bench/load/agents/clock-offset.js';

describe('the offset of a clock', () => {
  it('is not known without an exchange', () => {
    expect(clockOffset([], 0)).to.equal(null);
  });

  it('is taken from the exchange with the shortest round trip, and is off by half of it at most', () => {
    const offset = clockOffset(
      [
        { askedMs: 0, answeredMs: 40, theirMs: 1035 },
        { askedMs: 100, answeredMs: 104, theirMs: 1103 },
        { askedMs: 200, answeredMs: 230, theirMs: 1201 },
      ],
      104,
    );
    expect(offset).to.deep.equal({ offsetMs: 1001, uncertaintyMs: 2, roundTripMs: 4 });
  });

  it('holds the true offset within its uncertainty, however uneven the ways are', () => {
    for (const thereMs of [0, 1, 5, 19, 20]) {
      const exchange = { askedMs: 50, answeredMs: 70, theirMs: 50 + thereMs - 123 };
      const { offsetMs, uncertaintyMs } = clockOffset([exchange], 70) as {
        offsetMs: number;
        uncertaintyMs: number;
      };
      expect(Math.abs(offsetMs - -123)).to.be.at.most(uncertaintyMs);
    }
  });

  it('is known less the older it is, and a newer exchange then knows more', () => {
    const old = { askedMs: 0, answeredMs: 2, theirMs: 501 };
    expect(clockOffset([old], 10_002)?.uncertaintyMs).to.be.closeTo(1 + 1, 1e-9);
    const recent = { askedMs: 99_990, answeredMs: 99_996, theirMs: 100_490 };
    expect(clockOffset([old, recent], 100_000)?.roundTripMs).to.equal(6);
  });
});
