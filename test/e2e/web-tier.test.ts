import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Result, resultSchema, type Trial } from '../../bench/model/result-schema.js';
import { eventually } from '../support/eventually.js';
import { type LabRun, startLab } from '../support/lab.js';
import { planForTests } from '../support/nginx.js';
import { descendantsOf, isAlive, type ProcessFound } from '../support/process-tree.js';

const COMPARE = [
  ...['compare', '--profile', 'smoke', '--topology', 'web', '--instances', '2'],
  ...['--connections', '20'],
];
const SHORT = ['--seconds', '0.6', '--warm-up', '0.3', '--seed', '3'];

describe('three tiers, end to end', function () {
  this.timeout(120_000);
  let out: string;

  before(async () => {
    // The first run on a machine fetches the package.
    await planForTests('round-robin');
    out = await mkdtemp(join(tmpdir(), 'lab-web-'));
  });
  after(() => rm(out, { recursive: true, force: true }));

  async function resultOf(words: readonly string[]): Promise<{ result: Result; printed: string }> {
    const lab = startLab([...words, '--out', out]);
    const code = await lab.ended;
    // A machine that is busy makes so short a trial unsteady; what was answered counts all the same.
    if (code !== 0) expect(lab.stderr()).to.match(/^NO_VALID_TRIAL: .*within the window/m);
    return { result: await readLatest(), printed: lab.stdout() };
  }

  /** The newest by name: results/latest leads to no run without a valid trial. */
  async function newestFolder(): Promise<string> {
    const names = (await readdir(out)).filter((name) => name !== 'latest').sort();
    return join(out, names.at(-1) ?? '');
  }

  async function readLatest(): Promise<Result> {
    const text = await readFile(join(await newestFolder(), 'result.json'), 'utf8');
    return resultSchema.parse(JSON.parse(text));
  }

  function trialOf(variant: string, { trials }: Result): Trial {
    return trials.find((trial) => trial.variant === variant) as Trial;
  }

  function expectMeasured(trial: Trial): void {
    expect(trial.statuses, trial.variant).to.deep.equal({ 200: trial.requests });
    expect(trial.cpuMicrosecondsPerRequest.web, 'web').to.be.within(3, 1000);
    expect(trial.rssBytes.web, 'web').to.be.within(1e6, 1e9);
    const { clientRequests, serverRequests } = trial.reconciliation;
    expect(serverRequests).to.equal(clientRequests);
    const answered = trial.perInstance.map(({ share }) => share);
    for (const share of answered) expect(share).to.be.within(0.4, 0.6);
  }

  it('measures nginx beside the other tiers, and each instance by its own count', async () => {
    const words = [...COMPARE, ...SHORT, '--strategies', 'session-memory,jwt'];
    const { result, printed } = await resultOf(words);
    expect(result.config.web).to.deep.equal({ balance: 'round-robin' });
    expect(result.environment.web?.version).to.match(/^\d+\.\d+/);
    expect(result.trials).to.have.lengthOf(2);
    expectMeasured(trialOf('jwt', result));
    const report = await readFile(join(await newestFolder(), 'report.md'), 'utf8');
    expect(report).to.match(/\| Web tier +\| Application/);

    // Claim S3, and why, in words.
    const broken = trialOf('session-memory', result);
    expect(broken.valid).to.equal(false);
    expect(broken.invalidReasons.map(({ code }) => code)).to.include('unexpected-answers');
    expect((broken.statuses['401'] ?? 0) / broken.requests).to.be.within(0.4, 0.6);
    expect(printed.replaceAll(/\s+/g, ' ')).to.include('had never heard of the login');
  });

  it('keeps sessions in memory with stickiness', async () => {
    const words = [...COMPARE, ...SHORT, '--strategies', 'session-memory'];
    const { result, printed } = await resultOf([...words, '--balance', 'sticky']);
    expectMeasured(trialOf('session-memory', result));
    expect(printed).not.to.include('never heard');
  });

  it('loses a trial with its nginx, says so, and leaves nothing of it', async function () {
    if (process.platform !== 'linux') this.skip();
    const words = [...COMPARE, '--seconds', '2', '--warm-up', '0.5', '--strategies', 'none'];
    const lab = startLab([...words, '--out', out]);
    const nginx = await firstNginx(lab);
    // Past its start and the beginning of the load.
    await sleep(2000);
    const workers = descendantsOf(lab.pid).filter(({ command }) => /nginx: worker/.test(command));
    expect(workers).not.to.deep.equal([]);
    process.kill(nginx.pid, 'SIGKILL');
    expect(await lab.ended).to.equal(1);
    expect(lab.stderr()).to.match(/^NO_VALID_TRIAL: .*nginx ended with SIGKILL/m);
    const [trial] = (await readLatest()).trials;
    expect(trial?.valid).to.equal(false);
    expect(JSON.stringify(trial?.invalidReasons)).to.include('nginx ended with SIGKILL');
    expect([nginx, ...workers].filter(isAlive)).to.deep.equal([]);
  });

  it('is gone with Ctrl-C while it measures, and keeps what it has', async function () {
    if (process.platform !== 'linux') this.skip();
    const words = [...COMPARE, '--seconds', '2', '--warm-up', '0.5', '--strategies', 'none,jwt'];
    const lab = startLab([...words, '--rounds', '5', '--out', out]);
    await lab.printed(/\[1\/10\]/);
    await firstNginx(lab);
    const started = descendantsOf(lab.pid);
    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended, lab.stderr()).to.equal(130);
    await eventually(async () => !started.some(isAlive), 'all processes ended');
    const { partial, trials } = await readLatest();
    expect(partial).to.equal(true);
    expect(trials.length).to.be.within(1, 9);
  });

  it('serves by hand behind nginx, and is gone with Ctrl-C', async function () {
    if (process.platform !== 'linux') this.skip();
    const words = ['serve', '--strategies', 'session-memory', '--instances', '2'];
    const lab = startLab([...words, '--web', 'nginx', '--balance', 'sticky']);
    await lab.printed(/Press Ctrl-C/);
    const [, origin = ''] =
      /^session-memory: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(lab.stdout()) ?? [];
    expect(lab.stdout()).to.match(/that is nginx [\d.]+; behind it, sticky by cookie: http/);
    expect(lab.stdout()).to.include(`${origin}/auth/login`);
    const answer = await fetch(`${origin}/livez`);
    expect(answer.headers.get('server')).to.equal('nginx');
    expect(answer.headers.getSetCookie().join()).to.match(/^route_session_memory=/);
    expect(lab.stdout()).to.include(`${origin}/docs`);
    expect((await fetch(`${origin}/docs`)).status).to.equal(200);
    const started = descendantsOf(lab.pid);
    expect(started.some(({ command }) => command.includes('nginx'))).to.equal(true);
    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended).to.equal(130);
    await eventually(async () => !started.some(isAlive), 'all processes ended');
  });

  it('refuses a balance without a web tier', async () => {
    const lab = startLab(['serve', '--balance', 'sticky']);
    expect(await lab.ended).to.equal(2);
    expect(lab.stderr()).to.include(
      'OPTION_INVALID: --balance has a meaning with --web nginx only',
    );
  });

  async function firstNginx(lab: LabRun): Promise<ProcessFound> {
    let found: ProcessFound | undefined;
    await eventually(
      async () => {
        found = descendantsOf(lab.pid).find(({ command }) => /nginx: master/.test(command));
        return found !== undefined;
      },
      'nginx started',
      60_000,
    );
    return found as unknown as ProcessFound;
  }
});
