import { expect } from 'chai';
import { describeEventLoops, type EventLoopReading } from '../../../bench/measure/event-loop.js';
import { watchEventLoop } from '../../../src/server/event-loop.js';
import { eventually } from '../../support/eventually.js';

const reading = (
  delays: [number, number][],
  activeMs: number,
  idleMs: number,
): EventLoopReading => ({ delays, activeMs, idleMs });

describe('the event loops of a trial', () => {
  const first = {
    from: reading([[1, 50]], 100, 900),
    to: reading(
      [
        [1, 148],
        [2, 1],
      ],
      600,
      1000,
    ),
  };

  it('are described by what grew between two readings', () => {
    // 98 looks of at most 1 ms and one of at most 2 ms; 500 ms of work in 600 ms.
    expect(describeEventLoops([first])).to.deep.equal({
      samples: 99,
      delayMs: { p50: 1, p99: 2, max: 2 },
      utilization: 500 / 600,
    });
  });

  it('are added up over instances and windows', () => {
    const second = { from: reading([], 0, 0), to: reading([[30, 1]], 100, 300) };
    expect(describeEventLoops([first, second])).to.deep.equal({
      samples: 100,
      delayMs: { p50: 1, p99: 2, max: 30 },
      utilization: 0.6,
    });
  });

  it('say nothing where nothing was read or seen', () => {
    expect(describeEventLoops([])).to.equal(undefined);
    const still = { from: first.from, to: first.from };
    expect(describeEventLoops([still])).to.deep.equal({
      samples: 0,
      delayMs: null,
      utilization: null,
    });
  });
});

describe('an instance that watches its event loop', () => {
  const countAbove = (counters: EventLoopReading, ms: number) =>
    counters.delays.reduce((sum, [bound, count]) => sum + (bound > ms ? count : 0), 0);

  it('sees work that lets nobody else go on, once, and as long as it was', async () => {
    // By a clock of its own, or a busy machine would add delays of its own.
    let atMs = 0;
    const watch = watchEventLoop(() => {
      atMs += 5;
      return atMs;
    });
    try {
      const looks = () => watch.read().delays.reduce((sum, [, count]) => sum + count, 0);
      await eventually(async () => looks() >= 3, 'it looks at its clock');
      expect(countAbove(watch.read() as EventLoopReading, 1)).to.equal(0);
      atMs += 40;
      const seen = looks();
      await eventually(async () => looks() > seen, 'it looks once more');
      const [longest] = watch.read().delays.at(-1) ?? [0];
      expect(longest).to.be.within(40, 44.1);
      expect(countAbove(watch.read() as EventLoopReading, 39)).to.equal(1);
    } finally {
      watch.close();
    }
  });

  it('knows how much of the time it worked', () => {
    const watch = watchEventLoop();
    const { activeMs, idleMs } = watch.read();
    watch.close();
    expect(activeMs).to.be.above(0);
    expect(idleMs).to.be.at.least(0);
  });
});
