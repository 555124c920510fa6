import { expect } from 'chai';
import { planArrivals } from '../../../../bench/load/open-loop/arrivals.js';
import { seededRandom } from '../../../../bench/model/random.js';

const MINUTE = { fromMs: 1000, toMs: 61_000 };

function gaps(plannedMs: readonly number[]): number[] {
  return plannedMs.slice(1).map((atMs, index) => atMs - (plannedMs[index] as number));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('planned arrivals', () => {
  it('at a constant rate have one equal gap and fill the span', () => {
    const planned = planArrivals({ arrivals: 'constant', rateRps: 100 }, MINUTE, () => 0.5);
    expect(planned).to.have.lengthOf(6000);
    expect(planned[0]).to.equal(1000);
    for (const gap of gaps(planned)) expect(gap).to.be.closeTo(10, 1e-6);
  });

  it('at a constant rate interleave when senders share them', () => {
    const offered = { arrivals: 'constant', rateRps: 100 } as const;
    const shares = [0, 1, 2, 3].map((sender) =>
      planArrivals(offered, { ...MINUTE, sender, senders: 4 }, () => 0.5),
    );
    const all = shares.flat().sort((a, b) => a - b);
    expect(all).to.have.lengthOf(6000);
    for (const gap of gaps(all)) expect(gap).to.be.closeTo(10, 1e-6);
  });

  it('by Poisson have gaps whose mean and standard deviation are equal', () => {
    const planned = planArrivals({ arrivals: 'poisson', rateRps: 500 }, MINUTE, seededRandom(1));
    const found = gaps(planned);
    const deviation = Math.sqrt(mean(found.map((gap) => (gap - mean(found)) ** 2)));
    // 30,000 gaps: a standard error is 0.6 % of the mean.
    expect(mean(found)).to.be.closeTo(2, 0.05);
    expect(deviation).to.be.closeTo(2, 0.06);
    // P(gap > 3 means) = exp(-3).
    const long = found.filter((gap) => gap > 6).length / found.length;
    expect(long).to.be.closeTo(Math.exp(-3), 0.006);
  });

  it('by Poisson keep the rate when senders share them', () => {
    const offered = { arrivals: 'poisson', rateRps: 500 } as const;
    const counts = [0, 1].map(
      (sender) =>
        planArrivals(offered, { ...MINUTE, sender, senders: 2 }, seededRandom(sender)).length,
    );
    for (const count of counts) expect(count).to.be.closeTo(15_000, 600);
  });

  it('repeat with the seed, and only with it', () => {
    const plan = (seed: number) =>
      planArrivals({ arrivals: 'poisson', rateRps: 50 }, MINUTE, seededRandom(seed));
    expect(plan(3)).to.deep.equal(plan(3));
    expect(plan(3)).to.not.deep.equal(plan(4));
  });
});
