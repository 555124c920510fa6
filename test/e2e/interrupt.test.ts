import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { type LabRun, startLab } from '../support/lab.js';
import { descendantsOf, isAlive, type ProcessFound } from '../support/process-tree.js';

const WORDS = [
  ...['compare', '--profile', 'smoke', '--warm-up', '0.5', '--rounds', '2', '--seed', '5'],
  // Each connection is a login, and those are slow.
  ...['--connections', '10'],
  '--seconds',
];

describe('a run that is disturbed', function () {
  this.timeout(120_000);
  let out: string;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-interrupt-'));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  /** Every process the lab has had at any moment so far, looked up ten times a second. */
  function watchProcesses(lab: LabRun) {
    const seen = new Map<string, ProcessFound>();
    const timer = setInterval(() => {
      for (const found of descendantsOf(lab.pid))
        seen.set(`${found.pid} ${found.startTime}`, found);
    }, 100);
    // A test that fails before it looks must not keep its runner waiting for ever.
    timer.unref();
    return {
      seen: () => [...seen.values()],
      async expectAllGone() {
        clearInterval(timer);
        const left = () => [...seen.values()].filter(isAlive).map((found) => found.command);
        // The guardian may still be looking whether it has something to do.
        for (let look = 0; look < 50 && left().length > 0; look++) await sleep(100);
        expect(left()).to.deep.equal([]);
      },
    };
  }

  async function readOnlyResult(): Promise<Result> {
    const [folder] = (await readdir(out)).filter((name) => name !== 'latest');
    const text = await readFile(join(out, folder as string, 'result.json'), 'utf8');
    return resultSchema.parse(JSON.parse(text));
  }

  it('by Ctrl-C while the stores start: ends with 130, leaves no process and a valid partial result', async () => {
    const lab = startLab([...WORDS, '1', '--out', out]);
    const processes = watchProcesses(lab);
    await lab.printed(/Looking for PostgreSQL/);
    await sleep(300);
    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended, lab.stderr()).to.equal(130);
    await processes.expectAllGone();
    expect(await readOnlyResult()).to.include({ partial: true });
  });

  it('by Ctrl-C in a round: keeps the trials before it', async () => {
    const lab = startLab([...WORDS, '1', '--out', out]);
    const processes = watchProcesses(lab);
    await lab.printed(/\[3\/6\]/);
    await sleep(900);
    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended, lab.stderr()).to.equal(130);
    expect(processes.seen().some((found) => found.command.includes('postgres'))).to.equal(true);
    await processes.expectAllGone();
    const result = await readOnlyResult();
    expect(result.partial).to.equal(true);
    expect(result.trials).to.have.lengthOf(3);
    expect(result.warnings.map((warning) => warning.code)).to.include('partial-run');
  });

  it('by kill -9 of the lab itself: leaves no process, and the trials measured so far', async () => {
    const lab = startLab([...WORDS, '1', '--out', out]);
    const processes = watchProcesses(lab);
    await lab.printed(/\[3\/6\]/);
    await sleep(900);
    process.kill(lab.pid, 'SIGKILL');
    await lab.ended;
    await processes.expectAllGone();
    const result = await readOnlyResult();
    expect(result.partial).to.equal(true);
    expect(result.trials).to.have.lengthOf(3);
  });

  it('by kill -9 of an instance: that trial is invalid and says so, and the run goes on', async () => {
    const lab = startLab([...WORDS, '3', '--out', out]);
    const processes = watchProcesses(lab);
    await lab.printed(/6 trials/);
    const instance = await firstInstance(lab);
    // Past its start and the beginning of the load.
    await sleep(2000);
    process.kill(instance.pid, 'SIGKILL');
    expect(await lab.ended, lab.stderr()).to.equal(0);
    await processes.expectAllGone();
    const { trials, partial } = await readOnlyResult();
    expect(partial).to.equal(false);
    expect(trials).to.have.lengthOf(6);
    const [broken, ...others] = trials.filter((trial) =>
      trial.invalidReasons.some((reason) => reason.code === 'instance-lost'),
    );
    expect(others).to.deep.equal([]);
    for (const trial of trials) {
      if (trial !== broken) expect(trial.requests, trial.variant).to.be.greaterThan(1000);
    }
    expect(broken?.valid).to.equal(false);
    expect(broken?.invalidReasons[0]?.message).to.match(/instance 1 ended with SIGKILL/);
  });

  /** What an earlier run left: whatever measures nothing must not take its place. */
  async function makeEarlierRun(): Promise<void> {
    await mkdir(join(out, 'earlier'));
    await symlink('earlier', join(out, 'latest'));
  }

  for (const words of [['compare'], ['sustain'], ['calibrate']]) {
    it(`by Ctrl-C without a trial: ${words} leaves results/latest where it was`, async () => {
      await makeEarlierRun();
      const lab = startLab([...words, '--out', out]);
      await lab.printed(/Looking for PostgreSQL/);
      process.kill(lab.pid, 'SIGINT');
      expect(await lab.ended, lab.stderr()).to.equal(130);
      expect(await readlink(join(out, 'latest'))).to.equal('earlier');
    });
  }

  it('in its only trial: ends with 1, says why, and leaves results/latest where it was', async () => {
    await makeEarlierRun();
    const words = ['compare', '--profile', 'smoke', '--strategies', 'jwt', '--seconds', '4'];
    const lab = startLab([...words, '--rounds', '1', '--out', out]);
    await lab.printed(/1 trial\b/);
    const instance = await firstInstance(lab);
    // Past its start and the beginning of the load.
    await sleep(2000);
    process.kill(instance.pid, 'SIGKILL');
    expect(await lab.ended, lab.stdout()).to.equal(1);
    expect(lab.stderr()).to.match(/^NO_VALID_TRIAL: None of 1 trial is valid: .*SIGKILL/m);
    expect(lab.stderr()).to.include('results/latest stays where it was');
    expect(await readlink(join(out, 'latest'))).to.equal('earlier');
  });

  async function firstInstance(lab: LabRun): Promise<ProcessFound> {
    for (;;) {
      const found = descendantsOf(lab.pid).find(({ command }) => command.includes('src/main.js'));
      if (found) return found;
      await sleep(20);
    }
  }
});
