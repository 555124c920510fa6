import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createHashThreads, type HashThreads } from '../../../src/auth/credentials/hash-threads.js';
import { createPasswordHasher } from '../../../src/auth/credentials/password.js';

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

  it('leaves libuv its threads: hashing does not hold up what else runs there', async () => {
    const hashes = Array.from({ length: 6 }, () => passwords.hash('a password'));
    // Each of these needs a libuv thread; behind hashes they would take as long as those.
    const digest = crypto.subtle.digest('SHA-256', new Uint8Array(8));
    const first = await Promise.race([digest.then(() => 'digest'), ...hashes]);
    expect(first).to.equal('digest');
    await Promise.all(hashes);
  });

  if (process.platform === 'linux') {
    it('hashes at the lowest priority, and nothing else runs at it', async () => {
      await passwords.hash('a password');
      const niceOf = (thread: number | string) => {
        const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
        // Field 19 in proc(5); counted from the bracket that ends the name.
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
      };
      expect(readdirSync('/proc/self/task').map(niceOf)).to.include(19);
      // The main thread has the number of the process.
      expect(niceOf(process.pid), 'the main thread').to.be.below(19);
    });
  }
});

describe('the threads that hash', () => {
  const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const run = (threads: HashThreads, password: string) =>
    threads.run({ password }).catch((thrown) => thrown);

  it('fail the job of one that died, and start another for the next', async () => {
    const threads = createHashThreads(
      { concurrency: 1, queue: 0 },
      script(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', ({ password }) => {
          if (password === 'throw') throw new Error('broken');
          if (password === 'exit') process.exit(1);
          parentPort.postMessage({ value: 'hashed ' + password });
        });`),
    );
    for (const death of ['throw', 'exit']) {
      const error = await run(threads, death);
      expect(error).to.include({ code: 'password_check_unavailable', status: 503 });
      expect(error.headers).to.deep.equal({ 'Retry-After': '1' });
      expect(await run(threads, 'a')).to.equal('hashed a');
    }
  });

  it('that cannot start fail each job, and nothing else', async () => {
    const threads = createHashThreads(
      { concurrency: 1, queue: 0 },
      script('throw new Error("no such library")'),
    );
    for (let job = 0; job < 3; job += 1) {
      expect(await run(threads, 'a')).to.include({ code: 'password_check_unavailable' });
    }
  });

  it('pass on what is wrong with a job', async () => {
    const error = await createHashThreads({ concurrency: 1, queue: 0 })
      .run({ password: 'a', hash: 'no hash' })
      .catch((thrown) => thrown);
    expect(error)
      .to.be.an('error')
      .that.does.not.have.property('code', 'password_check_unavailable');
  });

  it('refuse what the queue has no place for, and say when to come back', async () => {
    const threads = createHashThreads({ concurrency: 1, queue: 1 });
    const client = new AbortController();
    const running = threads.run({ password: 'a' });
    const waiting = threads.run({ password: 'b' }, client.signal).catch((thrown) => thrown);
    const refused = await run(threads, 'c');
    client.abort();
    for (const error of [refused, await waiting]) {
      expect(error).to.include({ code: 'password_queue_full', status: 503 });
      expect(error.headers).to.deep.equal({ 'Retry-After': '1' });
    }
    expect(await running).to.match(/^\$argon2id/);
  });
});
