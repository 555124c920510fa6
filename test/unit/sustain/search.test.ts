import { expect } from 'chai';
import {
  confirmRate,
  type Outcome,
  searchRate,
} from '../../../bench/experiments/sustain/search.js';

const BOUNDS = { fromRps: 100, toRps: 100_000, resolution: 1.05 };

/** A service with a sharp limit, and a note of what was tried. */
function limitedTo(
  limitRps: number,
  spoil: (rateRps: number, tries: number) => boolean = () => false,
) {
  const tried: number[] = [];
  return {
    tried,
    async tryRate(rateRps: number): Promise<Outcome> {
      tried.push(rateRps);
      if (spoil(rateRps, tried.length)) return 'invalid';
      return rateRps <= limitRps ? 'met' : 'missed';
    },
  };
}

describe('the search for a rate', () => {
  for (const limitRps of [137, 1000, 5431]) {
    it(`comes within 5 % below a limit of ${limitRps}`, async () => {
      const { tryRate, tried } = limitedTo(limitRps);
      const { rateRps, atLeast } = await searchRate(tryRate, BOUNDS);
      expect(rateRps).to.be.within(limitRps / 1.05, limitRps);
      expect(atLeast).to.equal(false);
      expect(tried.length).to.be.below(20);
    });
  }

  it('goes down when the first rate is too high already', async () => {
    const found = await searchRate(limitedTo(7).tryRate, BOUNDS);
    expect(found.rateRps).to.be.within(7 / 1.05, 7);
  });

  it('finds nothing where nothing is met, and ends', async () => {
    const found = await searchRate(limitedTo(0).tryRate, BOUNDS);
    expect(found).to.deep.equal({ rateRps: null, atLeast: false });
  });

  it('says "at least" at the highest rate it may try', async () => {
    const { tryRate, tried } = limitedTo(1e9);
    const found = await searchRate(tryRate, { ...BOUNDS, toRps: 700 });
    expect(found).to.deep.equal({ rateRps: 700, atLeast: true });
    expect(tried).to.deep.equal([100, 200, 400, 700]);
  });

  it('is not ended by one miss that chance made', async () => {
    const steady = limitedTo(5000);
    let misses = 0;
    const found = await searchRate(
      async (rateRps) => (rateRps === 400 && misses++ === 0 ? 'missed' : steady.tryRate(rateRps)),
      BOUNDS,
    );
    expect(found.rateRps).to.be.within(5000 / 1.05, 5000);
  });

  it('tries again what was no measurement, and says "at least" where it never gets one', async () => {
    const now = limitedTo(5000, (_, tries) => tries % 3 === 1);
    expect((await searchRate(now.tryRate, BOUNDS)).atLeast).to.equal(false);
    const always = limitedTo(5000, (rateRps) => rateRps > 900);
    const found = await searchRate(always.tryRate, BOUNDS);
    expect(found.rateRps).to.be.within(900 / 1.05, 900);
    expect(found.atLeast).to.equal(true);
  });
});

describe('the confirmation of a rate', () => {
  it('walks up to the last rate that is met', async () => {
    const { rateRps, atLeast } = await confirmRate(limitedTo(1120).tryRate, 1000, BOUNDS);
    expect(rateRps).to.be.closeTo(1000 * 1.05 ** 2, 1e-6);
    expect(atLeast).to.equal(false);
  });

  it('walks down to the first rate that is met', async () => {
    const { rateRps, atLeast } = await confirmRate(limitedTo(920).tryRate, 1000, BOUNDS);
    expect(rateRps).to.be.closeTo(1000 / 1.05 ** 2, 1e-6);
    expect(atLeast).to.equal(false);
  });

  it('gives up far below, and says "at least" far above', async () => {
    expect(await confirmRate(limitedTo(10).tryRate, 1000, BOUNDS)).to.deep.equal({
      rateRps: null,
      atLeast: false,
    });
    expect((await confirmRate(limitedTo(1e6).tryRate, 1000, BOUNDS)).atLeast).to.equal(true);
  });

  it('does not exceed the highest rate allowed', async () => {
    const { tryRate, tried } = limitedTo(1e6);
    const found = await confirmRate(tryRate, 1000, { ...BOUNDS, toRps: 1060 });
    expect(found.atLeast).to.equal(true);
    expect(Math.max(...tried)).to.equal(1050);
  });

  it('below a rate that was no measurement is "at least" only', async () => {
    const found = await confirmRate(limitedTo(2000, (rate) => rate > 960).tryRate, 1000, BOUNDS);
    expect(found.rateRps).to.be.closeTo(1000 / 1.05, 1e-6);
    expect(found.atLeast).to.equal(true);
  });
});
