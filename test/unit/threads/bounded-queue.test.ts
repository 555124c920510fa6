import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createBoundedQueue } from '../../../src/threads/bounded-queue.js';

/** Tasks that end when the test says so. */
function controlledTasks() {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const task = (number: number) => () => {
    started.push(number);
    return new Promise<number>((resolve) => {
      finish[number] = () => resolve(number);
    });
  };
  return { started, finish, task };
}

const turn = () => new Promise(setImmediate);

describe('a bounded queue', () => {
  it('runs as many at a time as it may, the rest in the order they came', async () => {
    const { inTurn } = createBoundedQueue({ concurrency: 2, waiting: 10, waitMs: 1000 });
    const { started, finish, task } = controlledTasks();
    const results = [0, 1, 2, 3].map((number) => inTurn(task(number)));
    await turn();
    expect(started).to.deep.equal([0, 1]);
    finish[1]?.();
    await turn();
    expect(started).to.deep.equal([0, 1, 2]);
    finish[0]?.();
    await turn();
    expect(started).to.deep.equal([0, 1, 2, 3]);
    finish[2]?.();
    finish[3]?.();
    expect(await Promise.all(results)).to.deep.equal([0, 1, 2, 3]);
  });

  it('refuses at once when the waiting room is full', async () => {
    const { inTurn } = createBoundedQueue({ concurrency: 1, waiting: 1, waitMs: 1000 });
    const { finish, task } = controlledTasks();
    const running = inTurn(task(0));
    const waiting = inTurn(task(1));
    const error = await inTurn(task(2)).catch((thrown) => thrown);
    expect(error).to.include({ reason: 'full' });
    finish[0]?.();
    await running;
    await turn();
    finish[1]?.();
    expect(await waiting).to.equal(1);
  });

  it('goes on after a task that failed', async () => {
    const { inTurn } = createBoundedQueue({ concurrency: 1, waiting: 1, waitMs: 1000 });
    const failing = inTurn(async () => {
      throw new Error('broken hash');
    });
    const next = inTurn(async () => 'fine');
    expect((await failing.catch((thrown) => thrown)).message).to.equal('broken hash');
    expect(await next).to.equal('fine');
    expect(await inTurn(async () => 'still fine')).to.equal('still fine');
  });

  it('refuses who waited too long, at that moment, and never starts the task', async () => {
    const { inTurn } = createBoundedQueue({ concurrency: 1, waiting: 5, waitMs: 30 });
    const { started, finish, task } = controlledTasks();
    const running = inTurn(task(0));
    const error = await inTurn(task(1)).catch((thrown) => thrown);
    expect(error).to.include({ reason: 'late' });
    finish[0]?.();
    await running;
    expect(started).to.deep.equal([0]);
    const next = inTurn(task(2));
    finish[2]?.();
    expect(await next).to.equal(2);
    await delay(40);
    expect(started).to.deep.equal([0, 2]);
  });

  it('drops who hung up, and gives the place in the queue to another', async () => {
    const { inTurn } = createBoundedQueue({ concurrency: 1, waiting: 1, waitMs: 1000 });
    const { started, finish, task } = controlledTasks();
    const running = inTurn(task(0));
    const client = new AbortController();
    const waiting = inTurn(task(1), client.signal).catch((thrown) => thrown);
    client.abort();
    expect(await waiting).to.include({ reason: 'late' });
    const next = inTurn(task(2));
    finish[0]?.();
    await running;
    await turn();
    finish[2]?.();
    expect(await next).to.equal(2);
    expect(await inTurn(task(3), client.signal).catch(({ reason }) => reason)).to.equal('late');
    expect(started).to.deep.equal([0, 2]);
  });

  it('starts nothing once it is closed: who waits hears of it, who runs goes on', async () => {
    const { inTurn, close } = createBoundedQueue({ concurrency: 1, waiting: 1, waitMs: 1000 });
    const { started, finish, task } = controlledTasks();
    const running = inTurn(task(0));
    const waiting = inTurn(task(1)).catch(({ reason }) => reason);
    close();
    expect(await waiting).to.equal('closed');
    finish[0]?.();
    expect(await running).to.equal(0);
    expect(await inTurn(task(2)).catch(({ reason }) => reason)).to.equal('closed');
    expect(started).to.deep.equal([0]);
  });
});
