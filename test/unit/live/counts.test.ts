import { expect } from 'chai';
import { countRound, isAsTold } from '../../../bench/live/lessons/count-round.js';
import { laneSeries, latest, niceCeiling } from '../../../bench/live/page/series.js';
import { bottleneckOf, type Uses } from '../../../bench/live/show/bottleneck.js';
import { createLaneCounter } from '../../../bench/live/show/lane-counter.js';
import type { Frame, LaneFrame } from '../../../bench/live/show/show-model.js';
import { OUTCOMES } from '../../../bench/model/outcomes.js';

const lane = (changes: Partial<LaneFrame> = {}): LaneFrame => ({
  ...{ outcomes: [10, 0, 0, 2, 1, 0], p50Ms: 2, p99Ms: 8, bytes: 1300, rate: 50, onTheWay: 0 },
  ...{ isUnreliable: false, companions: [], full: null },
  instances: [
    { number: 1, state: 'working', isHeld: false, cores: 0.2, memoryBytes: 1, answers: 13 },
  ],
  ...changes,
});

function frame(atMs: number, lanes: Record<string, LaneFrame>): Frame {
  const gone = { name: '', state: 'working', cores: 0, memoryBytes: 0 } as const;
  return {
    ...{ atMs, lanes, database: gone, lab: { cores: 0, watchers: 0 }, machineCores: 1 },
    redis: { ...gone, commandsPerSecond: null, keys: null },
  };
}

describe('what a show counts', () => {
  it('counts answers as the ledger judged them, and forgets them when they were taken', () => {
    const counter = createLaneCounter();
    const answer = { type: 'answer', login: 1, what: 'read', sentMs: 0 } as const;
    counter.hear(
      { ...answer, instance: 1, plannedMs: 0, atMs: 10, status: 200, bytes: 40 },
      'right',
    );
    counter.hear(
      { ...answer, instance: 2, plannedMs: 0, atMs: 30, status: 401 },
      'wrongly-refused',
    );
    counter.hear({ ...answer, instance: 2, plannedMs: 0, atMs: 2000, status: null }, 'unavailable');
    counter.hear({ type: 'ended', login: 1, atMs: 5 }, null);
    const seen = counter.take();
    expect(seen.outcomes).to.deep.equal([1, 0, 0, 1, 1, 0]);
    expect([...seen.answers]).to.deep.equal([
      [1, 1],
      [2, 1],
    ]);
    expect(seen).to.include({ p50Ms: 20, bytes: 40 });
    expect(counter.take()).to.deep.include({ outcomes: [0, 0, 0, 0, 0, 0], p50Ms: null, bytes: 0 });
  });

  it('sums the frames of a round: outcomes, medians, CPU and bytes an answer', () => {
    const frames = [1, 2, 3, 4].map((place) => frame(place * 250, { a: lane({ p99Ms: place }) }));
    const [counted] = countRound(frames, 250);
    expect(counted).to.deep.include({ lane: 'a', seconds: 1, p50Ms: 2, p99Ms: 2.5 });
    expect(counted?.counts).to.deep.equal({
      ...{ right: 40, 'wrongly-accepted': 0, resurrected: 0, 'wrongly-refused': 8 },
      ...{ unavailable: 4, unexpected: 0 },
    });
    // 0.2 cores for a second, and 52 answers.
    expect(counted?.microsecondsPerAnswer).to.be.closeTo(200_000 / 52, 1e-6);
    expect(counted?.bytesPerAnswer).to.equal(100);
  });

  it('says whether it went as told', () => {
    const counted = countRound(
      [frame(250, { a: lane(), b: lane({ p99Ms: 20, outcomes: [10, 0, 0, 0, 0, 0] }) })],
      250,
    );
    expect(isAsTold(counted, [])).to.equal(null);
    expect(isAsTold(counted, [{ lane: 'a', figure: 'wrongly-refused', atLeast: 2 }])).to.equal(
      true,
    );
    expect(isAsTold(counted, [{ lane: 'a', figure: 'failed', atMost: 0 }])).to.equal(false);
    expect(isAsTold(counted, [{ lane: 'a', figure: 'p99', lessThan: 'b' }])).to.equal(true);
    expect(isAsTold(counted, [{ lane: 'b', figure: 'p99', lessThan: 'a' }])).to.equal(false);
    expect(isAsTold(counted, [{ lane: 'gone', figure: 'right', atLeast: 0 }])).to.equal(false);
  });

  it('makes charts that lose no answer', () => {
    const frames = Array.from({ length: 40 }, (_, place) =>
      frame(1000 + place * 250, { a: lane({ outcomes: [place, 0, 0, 1, 0, 0] }) }),
    );
    const { x, stacked } = laneSeries(frames, 'a', 0);
    expect(x).to.have.length(20);
    const top = stacked.at(-1) as number[];
    const answers = top.reduce((sum, perSecond) => sum + perSecond * 0.5, 0);
    expect(answers).to.be.closeTo(40 + (39 * 40) / 2, 1e-6);
    expect(stacked).to.have.length(OUTCOMES.length);
    expect(latest(frames, 'a').outcomes[0]).to.equal(36 + 37 + 38 + 39);
    expect([1, 7, 12, 43, 100, 101].map(niceCeiling)).to.deep.equal([1, 8, 15, 50, 100, 150]);
  });

  describe('names what is full', () => {
    const idle: Uses = {
      instances: [
        { cores: 0.01, allowed: 0.1 },
        { cores: 0.01, allowed: 0.1 },
      ],
      redis: { cores: 0.001, allowed: 0.01, heldBackShare: 0.1 },
      ...{ database: { cores: 0 }, asksRedis: true },
      machine: { cores: 0.5, all: 2 },
    };
    const full = { cores: 0.099, allowed: 0.1 };
    const cases: [string, Partial<Uses>, LaneFrame['full']][] = [
      ['nothing', {}, null],
      ['more than half of the instances', { instances: [full, full] }, 'instances'],
      ['one of two is not', { instances: [full, { cores: 0, allowed: 0.1 }] }, null],
      [
        'a whole core is the most for a process',
        { instances: [{ cores: 0.97, allowed: null }] },
        'instances',
      ],
      ['Redis', { redis: { cores: 0.0095, allowed: 0.01, heldBackShare: null } }, 'redis'],
      [
        'Redis that waits for its share most of the time',
        { redis: { cores: 0.007, allowed: 0.01, heldBackShare: 0.7 }, instances: [full, full] },
        'redis',
      ],
      [
        'Redis is nothing to a lane that does not ask it',
        { redis: { cores: 0.01, allowed: 0.01, heldBackShare: 0.9 }, asksRedis: false },
        null,
      ],
      ['the database', { database: { cores: 1.9 } }, 'database'],
      ['the machine', { machine: { cores: 1.95, all: 2 } }, 'machine'],
    ];
    for (const [name, changes, expected] of cases) {
      it(name, () => expect(bottleneckOf({ ...idle, ...changes })).to.equal(expected));
    }
  });
});
