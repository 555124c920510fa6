import { expect } from 'chai';
import {
  KNOWN_DELAYS,
  type KnownDelay,
  SHORT_STOPS,
} from '../../../bench/benchmarks/open-loop/delays.js';
import {
  type Accuracy,
  measureAccuracy,
  measureClosedLoop,
} from '../../../bench/benchmarks/open-loop/measure-accuracy.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';

/**
 * Bounds are wide, since the machine has other work; `npm run bench:open-loop` has the narrow ones. A machine that
 * stands still for a moment is charged to nobody: what is wrong with the recorder is wrong in each of three tries.
 */
describe('the open-loop sender, against servers of known delay', function () {
  this.timeout(60_000);
  this.retries(2);
  let guardian: Guardian;

  before(async () => {
    guardian = await startGuardian();
  });
  after(() => guardian.stop());

  function short(delay: KnownDelay, changes: { users?: number; rateRps?: number } = {}) {
    const shape = { warmUpSeconds: 1, seconds: 2, seed: 5, users: 200, rateRps: 300, ...changes };
    return {
      ...shape,
      delay,
      arrivals: delay.stops ? ('constant' as const) : ('poisson' as const),
    };
  }

  function expectWholePlan({ planned, inFlightAtEnd }: Accuracy, about: number): void {
    expect(planned).to.be.closeTo(about, 0.2 * about);
    expect(inFlightAtEnd).to.equal(0);
  }

  for (const delay of KNOWN_DELAYS.filter(({ stops }) => !stops)) {
    it(`records what a server imposed: ${delay.name}`, async () => {
      const seen = await measureAccuracy(short(delay), guardian);
      expectWholePlan(seen, 600);
      const [p50, p99] = seen.recorded as [number, number];
      const [trueP50, trueP99] = seen.truth as [number, number];
      expect(p50).to.be.within(trueP50 * 0.97, trueP50 * 1.2 + 3);
      const [, lateP99] = seen.lateness as [number, number];
      expect(p99).to.be.within(trueP99 * 0.97, trueP99 * 1.3 + 15 + lateP99);
    });
  }

  it('charges a server that stops with everyone who came meanwhile; a closed loop does not', async () => {
    const open = await measureAccuracy(short(SHORT_STOPS), guardian);
    expectWholePlan(open, 600);
    const [, trueP99] = open.truth as [number, number];
    expect(trueP99).to.be.closeTo(180, 1e-9);
    expect(open.recorded[1]).to.be.within(150, 280);
    const closed = await measureClosedLoop(short(SHORT_STOPS, { users: 4 }), guardian);
    expect(closed[1]).to.be.below(75);
  });

  it('counts the wait for a free connection, and what had none when the trial ended', async () => {
    const [constant] = KNOWN_DELAYS as [KnownDelay];
    // Four users and 50 ms each: 80 a second at most, and 300 are planned.
    const seen = await measureAccuracy(short(constant, { users: 4 }), guardian);
    expect(seen.truth[0]).to.be.within(50, 65);
    expect(seen.recorded[0]).to.be.above(1000);
    expect(seen.inFlightAtEnd).to.be.above(150);
  });
});
