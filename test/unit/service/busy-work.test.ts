import { expect } from 'chai';
import type { Context } from 'koa';
import { busyWork } from '../../../src/server/busy-work.js';

/** A clock that moves on by a thousandth of a millisecond with each look. */
function countingClock() {
  let looks = 0;
  return { now: () => ++looks / 1000, looks: () => looks };
}

async function spend(microseconds: number, method: string): Promise<number> {
  const clock = countingClock();
  let passedOn = false;
  await busyWork(microseconds, clock.now)?.({ method } as Context, async () => {
    passedOn = true;
  });
  expect(passedOn).to.equal(true);
  return clock.looks();
}

describe('busy work', () => {
  it('spins that long before a GET is handled', async () => {
    expect(await spend(40, 'GET')).to.be.within(41, 42);
    expect(await spend(200, 'GET')).to.be.within(201, 202);
  });

  it('leaves other methods alone', async () => {
    expect(await spend(40, 'POST')).to.equal(0);
  });

  it('is no middleware at all unless asked for', () => {
    expect(busyWork(0)).to.equal(undefined);
  });

  it('takes CPU time, not only time', () => {
    const before = process.cpuUsage();
    busyWork(50_000)?.({ method: 'GET' } as Context, async () => {});
    const { user, system } = process.cpuUsage(before);
    // Others may take the core meanwhile.
    expect(user + system).to.be.greaterThan(10_000);
  });
});
