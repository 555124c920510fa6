import { expect } from 'chai';
import { createTimerWheel } from '../../../bench/load/crowd/timer-wheel.js';
import { seededRandom } from '../../../bench/model/random.js';

const USERS = 2000;

describe('the timer of a crowd', () => {
  it('gives each moment once, never early, and within a look of it', () => {
    const random = seededRandom(7);
    const wheel = createTimerWheel(USERS, 1000);
    const planned = Array.from({ length: USERS }, () => 1000 + random() * 100_000);
    for (const [user, atMs] of planned.entries()) wheel.set(user, atMs);
    const seen = new Map<number, number>();
    for (let nowMs = 1000; nowMs <= 101_010; nowMs += 3) {
      wheel.due(nowMs, (user, atMs) => {
        expect(seen.has(user)).to.equal(false);
        expect(atMs).to.equal(planned[user]);
        expect(nowMs - atMs).to.be.within(0, 3);
        seen.set(user, nowMs);
      });
    }
    expect(seen.size).to.equal(USERS);
  });

  it('gives all that is overdue after a long silence, also the next moments that are set meanwhile', () => {
    const wheel = createTimerWheel(3, 0);
    for (const user of [0, 1, 2]) wheel.set(user, 10 + user);
    const seen: [number, number][] = [];
    const take = (user: number, atMs: number) => {
      seen.push([user, atMs]);
      wheel.set(user, atMs + 100_000);
    };
    wheel.due(90_000, take);
    expect(seen).to.have.deep.members([
      [0, 10],
      [1, 11],
      [2, 12],
    ]);
    wheel.due(100_009, take);
    expect(seen.length).to.equal(3);
    wheel.due(300_000, take);
    expect(seen.slice(3)).to.deep.include([0, 100_010]);
  });
});
