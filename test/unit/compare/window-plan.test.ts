import { expect } from 'chai';
import { closedLoop } from '../../../bench/load/closed-loop/closed-loop.js';
import { modeOf } from '../../../bench/load/mode-of.js';
import { windowPlanOf } from '../../../bench/trial/window-plan.js';

const SHORT = { windowMs: 100 };

describe('the windows of a block', () => {
  it('cuts a trial into an even number of short turns', () => {
    expect(windowPlanOf({ seconds: 2.45 }, SHORT, closedLoop, 3)).to.deep.equal({
      // Before each window, load for nobody's record until the loop has its pace.
      ...{ turns: 8, windows: 3, windowMs: 2450 / 24, leadMs: 25 },
    });
    expect(windowPlanOf({ seconds: 0.05 }, SHORT, closedLoop, 3)).to.include({
      ...{ turns: 2, windows: 1 },
    });
    const seven = windowPlanOf({ seconds: 2.45, windows: 7 }, SHORT, closedLoop, 3);
    expect(seven).to.include({ turns: 7, windows: 4 });
  });

  it('takes longer windows where a request, or the share of a process, needs them', () => {
    expect(windowPlanOf({ seconds: 6 }, { windowMs: 1000 }, closedLoop, 2)).to.include({
      ...{ turns: 6, windows: 1, leadMs: 250 },
    });
    const web = { balance: 'sticky' as const };
    expect(windowPlanOf({ seconds: 6, web }, SHORT, closedLoop, 2)).to.include({
      ...{ turns: 20, windows: 2, leadMs: 50 },
    });
    // Each request waits 40 ms for a store at least.
    expect(windowPlanOf({ seconds: 6, storeLatencyMs: 20 }, SHORT, closedLoop, 2)).to.include({
      ...{ turns: 4, windows: 1, windowMs: 1500, leadMs: 400 },
    });
    const cpuLimits = { application: 0.1, redis: null, postgres: null };
    expect(windowPlanOf({ seconds: 6, cpuLimits }, SHORT, closedLoop, 2)).to.include({
      ...{ turns: 6, windows: 1, leadMs: 300 },
    });
    // The rounds are in orders of their own, so one window of each will do.
    expect(windowPlanOf({ seconds: 2, cpuLimits }, SHORT, closedLoop, 2)).to.include({
      ...{ turns: 1, windows: 1, windowMs: 2000 },
    });
  });

  it('keeps a plan whole where nothing is compared', () => {
    const offered = { rateRps: 100, arrivals: 'poisson' as const };
    expect(windowPlanOf({ seconds: 6 }, SHORT, modeOf({ offered }), 2)).to.include({
      ...{ turns: 6, windows: 1 },
    });
    expect(windowPlanOf({ seconds: 6 }, SHORT, modeOf({ offered }), 1).turns).to.equal(1);
  });
});
