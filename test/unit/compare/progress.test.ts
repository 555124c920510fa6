import { expect } from 'chai';
import { createProgress } from '../../../bench/experiments/compare/progress.js';
import { secondsLeft } from '../../../bench/experiments/compare/time-left.js';
import type { RunEvent } from '../../../bench/trial/events.js';

const PACE = { planned: 12, secondsPerTrial: 5, startedMs: null, done: 0, doneMs: 0 };

describe('the time that is left', () => {
  it('is the plan, and then what the blocks so far took', () => {
    expect(secondsLeft(PACE, 99_000)).to.equal(60);
    const started = { ...PACE, startedMs: 100_000 };
    expect(secondsLeft(started, 100_000)).to.equal(60);
    expect(secondsLeft(started, 110_000)).to.equal(50);
    const oneBlock = { ...started, done: 3, doneMs: 124_000 };
    expect(secondsLeft(oneBlock, 124_000)).to.equal(72);
    expect(secondsLeft(oneBlock, 130_000)).to.equal(66);
    expect(secondsLeft(oneBlock, 900_000)).to.equal(0);
  });

  it('is the same for all trials of a block, which end together', () => {
    const printed: string[] = [];
    let nowMs = 0;
    const progress = createProgress({ write: (text) => printed.push(text) }, () => nowMs);
    const trials = ['session', 'jwt'].map((variant) => ({
      variant,
      round: 1,
      workload: 'me',
      instances: 1,
      topology: 'direct',
    }));
    const plan = [...trials, ...trials] as Extract<RunEvent, { type: 'planned' }>['trials'];
    progress({ type: 'planned', trials: plan, secondsPerTrial: 1 });
    progress({ type: 'block-started', index: 0, trials: plan.slice(0, 2) });
    nowMs = 20_000;
    for (const [index, trial] of trials.entries()) {
      const finished = { ...trial, throughputRps: 10, valid: true };
      progress({ type: 'trial-finished', index, trial: finished } as unknown as RunEvent);
    }
    expect(printed.slice(1).map((line) => line.trim())).to.deep.equal([
      '[1/4] round 1 · me · 1 instance · session: 10 requests/s · 0:20 left',
      '[2/4] round 1 · me · 1 instance · jwt: 10 requests/s · 0:20 left',
    ]);
    // The next question of the same run: what the first took says nothing of it.
    nowMs = 100_000;
    progress({ type: 'planned', trials: plan, secondsPerTrial: 1 });
    progress({ type: 'block-started', index: 0, trials: plan.slice(0, 2) });
    nowMs = 103_000;
    const again = { ...trials[0], throughputRps: 10, valid: true };
    progress({ type: 'trial-finished', index: 0, trial: again } as unknown as RunEvent);
    expect(printed.at(-1)?.trim()).to.match(/ · 0:03 left$/);
  });
});
