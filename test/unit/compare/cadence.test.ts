import { expect } from 'chai';
import { cadenceOf } from '../../../bench/trial/cadence.js';

const SHORT = { windowMs: 100 };

describe('cadence of a block', () => {
  it('cuts a trial into an even number of short windows', () => {
    expect(cadenceOf({ seconds: 2.45 }, SHORT, 3)).to.deep.equal({
      windows: 24,
      windowMs: 2450 / 24,
      leadMs: 25,
    });
    expect(cadenceOf({ seconds: 0.05 }, SHORT, 3).windows).to.equal(2);
    expect(cadenceOf({ seconds: 2.45, windows: 7 }, SHORT, 3).windows).to.equal(7);
  });

  it('takes longer windows where a request, or the share of a process, needs them', () => {
    expect(cadenceOf({ seconds: 6 }, { windowMs: 1000 }, 2)).to.include({
      windows: 6,
      leadMs: 250,
    });
    const web = { balance: 'sticky' as const };
    expect(cadenceOf({ seconds: 6, web }, SHORT, 2)).to.include({ windows: 30, leadMs: 50 });
    const cpuLimits = { application: 0.1, redis: null, postgres: null };
    expect(cadenceOf({ seconds: 6, cpuLimits }, SHORT, 2)).to.include({ windows: 4, leadMs: 300 });
  });

  it('keeps a plan whole where nothing is compared', () => {
    const offered = { rateRps: 100, arrivals: 'poisson' as const };
    expect(cadenceOf({ seconds: 6, offered }, SHORT, 2).windows).to.equal(6);
    expect(cadenceOf({ seconds: 6, offered }, SHORT, 1).windows).to.equal(1);
  });
});
