import { expect } from 'chai';
import { createBoundedQueue, createPasswordHasher } from '../../../src/auth/password.js';

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

describe('the password queue', () => {
  it('runs as many at a time as it may, the rest in the order they came', async () => {
    const inTurn = createBoundedQueue(2, 10);
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

  it('refuses at once when the waiting room is full, and says when to come back', async () => {
    const inTurn = createBoundedQueue(1, 1);
    const { finish, task } = controlledTasks();
    const running = inTurn(task(0));
    const waiting = inTurn(task(1));
    const error = await inTurn(task(2)).catch((thrown) => thrown);
    expect(error).to.include({ code: 'password_queue_full', status: 503 });
    expect(error.headers).to.deep.equal({ 'Retry-After': '1' });
    finish[0]?.();
    await running;
    await turn();
    finish[1]?.();
    expect(await waiting).to.equal(1);
  });

  it('goes on after a task that failed', async () => {
    const inTurn = createBoundedQueue(1, 1);
    const failing = inTurn(async () => {
      throw new Error('broken hash');
    });
    const next = inTurn(async () => 'fine');
    expect((await failing.catch((thrown) => thrown)).message).to.equal('broken hash');
    expect(await next).to.equal('fine');
    expect(await inTurn(async () => 'still fine')).to.equal('still fine');
  });
});

describe('the password hasher', () => {
  const passwords = createPasswordHasher({ concurrency: 2, queue: 10 });

  it('makes argon2id hashes with the parameters OWASP recommends', async () => {
    expect(await passwords.hash('a password')).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('knows the right password from a wrong one', async () => {
    const hash = await passwords.hash('a password');
    expect(await passwords.verify(hash, 'a password')).to.equal(true);
    expect(await passwords.verify(hash, 'A password')).to.equal(false);
  });

  it('works as long for a user that does not exist, and says no', async () => {
    const hash = await passwords.hash('a password');
    const time = async (stored: string | undefined) => {
      const startedAt = performance.now();
      expect(await passwords.verify(stored, 'wrong')).to.equal(false);
      return performance.now() - startedAt;
    };
    const known = [await time(hash), await time(hash), await time(hash)];
    const unknown = [await time(undefined), await time(undefined), await time(undefined)];
    // Both are tens of milliseconds; an answer without a hash would take microseconds.
    expect(Math.min(...unknown)).to.be.above(Math.min(...known) / 3);
  });
});
