import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { openThreadsOf } from '../../../src/prediction/threads.js';
import { JobFailure } from '../../../src/threads/job-failure.js';
import { createThreadPool, type ThreadPool } from '../../../src/threads/thread-pool.js';
import { eventually } from '../../support/eventually.js';

const SERVE = new URL('../../../src/threads/serve-jobs.js', import.meta.url).href;
const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

/** Jobs as words: what they say is done. */
const WORDS = script(`
  import { threadId } from 'node:worker_threads';
  import { serveJobs } from ${JSON.stringify(SERVE)};
  const done = [];
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  serveJobs((word) => {
    if (word === 'throw') throw new RangeError('not this one');
    if (word === 'exit') process.exit(3);
    if (word === 'die') setTimeout(() => { throw new Error('died in its sleep'); });
    if (word === 'function') return () => {};
    if (word === 'environment') return Object.keys(process.env).length;
    if (word.startsWith('sleep')) Atomics.wait(sleeper, 0, 0, 100);
    if (word === 'sleep for ever') Atomics.wait(sleeper, 0, 0);
    if (word === 'done') return done;
    done.push(word);
    return threadId;
  });`);

describe('a pool of threads', () => {
  let pool: ThreadPool<unknown, unknown>;

  const open = (options = {}) => {
    pool = createThreadPool({
      script: WORDS,
      threadsMax: 2,
      waitingMax: 10,
      waitMs: 5000,
      ...options,
    });
    return pool;
  };
  afterEach(() => pool.close());

  const failure = (job: unknown, signal?: AbortSignal) =>
    pool.run(job, signal).then(
      () => expect.fail('it has an answer'),
      (error) => error,
    );

  it('starts no thread before there is a job, and one for jobs that come one by one', async () => {
    const other = createThreadPool({ script: WORDS, threadsMax: 1, waitingMax: 0, waitMs: 1000 });
    open();
    const first = await other.run('a');
    await other.close();
    // Threads are numbered as they are started.
    const second = await pool.run('a');
    expect(second).to.equal((first as number) + 1);
    expect(await pool.run('b')).to.equal(second);
    expect(await pool.run('done')).to.deep.equal(['a', 'b']);
  });

  it('does as many jobs at a time as it has threads, and the others in the order they came', async () => {
    open();
    const used = await Promise.all(['sleep', 'sleep'].map((word) => pool.run(word)));
    expect(new Set(used)).to.have.property('size', 2);
    open({ threadsMax: 1 });
    await Promise.all(['1', '2', '3', '4'].map((word) => pool.run(word)));
    expect(await pool.run('done')).to.deep.equal(['1', '2', '3', '4']);
  });

  it('refuses what has no place to wait, what waited too long, and what nobody waits for', async () => {
    open({ threadsMax: 1, waitingMax: 2, waitMs: 50 });
    await pool.run('warm');
    const client = new AbortController();
    const running = pool.run('sleep');
    const late = failure('late');
    const abandoned = failure('abandoned', client.signal);
    expect(await failure('full')).to.include({ reason: 'full' });
    client.abort();
    expect(await abandoned).to.include({ reason: 'late' });
    expect(await late)
      .to.be.instanceOf(JobFailure)
      .and.include({ reason: 'late' });
    await running;
    expect(await pool.run('done')).to.deep.equal(['warm', 'sleep']);
  });

  it('hands on what a job throws, and keeps its thread', async () => {
    open({ threadsMax: 1 });
    const first = await pool.run('a');
    expect(await failure('throw')).to.include({ message: 'not this one' });
    expect(await failure('function'))
      .to.be.an('error')
      .and.not.be.instanceOf(JobFailure);
    expect(await failure(() => {}), 'a job that cannot be sent').to.have.property(
      'name',
      'DataCloneError',
    );
    expect(await pool.run('b')).to.equal(first);
  });

  it('fails the job of a thread that ends, and starts another for the next', async () => {
    open({ threadsMax: 1 });
    const first = await pool.run('a');
    const waiting = Promise.all([failure('exit'), pool.run('b')]);
    const [error, second] = await waiting;
    expect(error).to.include({ reason: 'died' });
    expect(error.message).to.match(/code 3/);
    expect(second).to.not.equal(first);
    await pool.run('die');
    const done = () => pool.run('done').catch(() => ['it is dying']);
    await eventually(async () => ((await done()) as string[]).length === 0, 'there is another');
  });

  it('fails each job, waiting ones too, when threads cannot start', async () => {
    const broken = [
      script('throw new Error("no such library")'),
      script('process.exit(1)'),
      script('import "/no/such/file.js"'),
      new URL('file:///no/such/thread.js'),
      new URL('http://127.0.0.1/thread.js'),
    ];
    for (const each of broken) {
      open({ script: each });
      const failures = await Promise.all(Array.from({ length: 6 }, () => failure('a')));
      for (const error of failures) {
        expect(error, each.href).to.be.instanceOf(JobFailure).and.include({ reason: 'died' });
      }
      await pool.close();
    }
  });

  it('fails a job that needs more memory than a thread has', async () => {
    open({
      script: script(`
        import { serveJobs } from ${JSON.stringify(SERVE)};
        serveJobs(() => { const all = []; for (;;) all.push(new Array(1e5).fill({})); });`),
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    });
    const error = await failure('a');
    expect(error).to.include({ reason: 'died' });
    expect(error.message).to.match(/memory limit/);
  });

  it('gives threads no environment', async () => {
    expect(await open().run('environment')).to.equal(0);
  });

  it('ends threads that have nothing to do, but one', async () => {
    open({ idleMs: 50 });
    const twoAtOnce = () => Promise.all(['sleep', 'sleep'].map((word) => pool.run(word)));
    const used = await twoAtOnce();
    await delay(200);
    const later = await twoAtOnce();
    expect(later.filter((thread) => used.includes(thread))).to.have.length(1);
  });

  it('closes with jobs that run and that wait: all fail, at once', async () => {
    open({ threadsMax: 1 });
    await pool.run('warm');
    const running = failure('sleep for ever');
    const waiting = failure('b');
    await pool.close();
    expect(await running).to.include({ reason: 'closed' });
    expect(await waiting).to.include({ reason: 'closed' });
    expect(await failure('c')).to.include({ reason: 'closed' });
  });
});

describe('predictions in threads that cannot start', () => {
  it('are refused, each of them, and closing waits for nothing', async () => {
    const predictor = openThreadsOf(script('throw new Error("no model")'))({
      url: undefined,
      timeoutMs: 1000,
      log: pino({ level: 'silent' }),
    });
    const nobody = { authorization: undefined, cookie: undefined };
    for (let asked = 0; asked < 3; asked += 1) {
      const error = await predictor
        .predict({ text: 'Hello', passages: 0 }, nobody)
        .catch((thrown) => thrown);
      expect(error).to.include({ code: 'prediction_unavailable' });
      expect(String(error.cause)).to.match(/no model/);
    }
    await predictor.close();
  });
});
