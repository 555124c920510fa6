import { expect } from 'chai';
import { parseObjective } from '../../../bench/analyse/objective.js';
import { lateAfterMs, outcomeOf } from '../../../bench/experiments/sustain/outcome.js';
import type { Trial } from '../../../bench/model/result-schema.js';
import { makeTrial } from '../bench-support.js';

const MET = parseObjective('p99=20ms');
const MISSED = parseObjective('p99=19ms');

function broken(...codes: string[]): Trial {
  return makeTrial({
    valid: codes.length === 0,
    invalidReasons: codes.map((code) => ({ code, message: code })),
  });
}

describe('the outcome of an attempt', () => {
  it('is met or missed when nothing is wrong with it', () => {
    expect(outcomeOf(broken(), MET, 0).outcome).to.equal('met');
    expect(outcomeOf(broken(), MISSED, 0)).to.deep.equal({
      outcome: 'missed',
      reasons: ['p99 was 20.0 ms, over 19 ms'],
    });
  });

  it('is a miss by failed requests, which make it no less of a measurement', () => {
    expect(outcomeOf(broken('unexpected-answers'), MET, 3).outcome).to.equal('missed');
  });

  it('is no measurement when a late sender may be why it missed', () => {
    for (const code of ['sender-late', 'load-generator-limit']) {
      expect(outcomeOf(broken(code), MISSED, 0).outcome, code).to.equal('invalid');
      expect(outcomeOf(broken(code), MET, 0).outcome, code).to.equal('met');
    }
  });

  it('is a miss though the sender was late, where its longest delay does not explain it', () => {
    const late = (latestMs: number) => ({
      ...broken('sender-late'),
      openLoop: {
        arrivals: 'poisson' as const,
        offeredRps: 500,
        planned: 1000,
        sent: 1000,
        late: 20,
        lateAfterMs: 2,
        latestMs,
        inFlightAtEnd: 0,
        meanInSystem: 1,
        meanInSystemByLatency: 1,
      },
    });
    const objective = parseObjective('p99=12ms');
    expect(outcomeOf(late(7.9), objective, 0).outcome).to.equal('missed');
    expect(outcomeOf(late(8.1), objective, 0).outcome).to.equal('invalid');
  });

  it('is no measurement when counts contradict each other, whether met or missed', () => {
    for (const code of ['counts-differ', 'littles-law', 'plan-not-sent']) {
      for (const objective of [MET, MISSED]) {
        expect(outcomeOf(broken(code), objective, 0).outcome, code).to.equal('invalid');
      }
    }
  });

  it('asks a trial to be steady only where it meets the objective', () => {
    expect(outcomeOf(broken('not-steady'), MET, 0).outcome).to.equal('invalid');
    expect(outcomeOf(broken('not-steady'), MISSED, 0).outcome).to.equal('missed');
  });

  it('calls a sender late from a tenth of the tightest limit on, and never below 1 ms', () => {
    expect(lateAfterMs(parseObjective('p99=50ms,p50=30ms'))).to.equal(3);
    expect(lateAfterMs(parseObjective('p99=5ms'))).to.equal(1);
  });
});
