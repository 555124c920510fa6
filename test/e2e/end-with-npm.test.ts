import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { resultSchema } from '../../bench/model/result-schema.js';
import { endWithTests } from '../support/cleanup.js';
import {
  descendantsOf,
  isAlive,
  type ProcessFound,
  processFound,
} from '../support/process-tree.js';

const CLI = pathOf('../../bench/cli/main.js');
/** Of package.json, without the build before. */
const OTHERS = [
  {
    name: 'the tutorial',
    file: '../../docs/tutorial/start.js',
    words: ['1'],
    says: /Listening on/,
  },
  {
    name: 'the tutorial with its stores',
    file: '../../docs/tutorial/start.js',
    words: ['4'],
    says: /All is up/,
  },
  {
    name: 'a benchmark',
    file: '../../bench/benchmarks/login-timing.js',
    words: ['--alongside'],
    says: /Seeding/,
  },
  {
    name: 'the tests of one strategy',
    file: '../support/test-strategy.js',
    words: ['jwt', '--reporter', 'spec'],
    says: /✔/,
  },
];
const SMOKE = [
  ...['compare', '--profile', 'smoke', '--warm-up', '0.5', '--rounds', '2', '--seconds', '1'],
  ...['--strategies', 'none', '--alongside', '--out', 'results'],
];

function pathOf(url: string): string {
  return fileURLToPath(new URL(url, import.meta.url));
}

/** Nobody waits for the lab any more: it has to see that by itself. */
describe('the lab, when the npm that started it is gone', function () {
  this.timeout(90_000);
  let folder: string;
  let seen: ProcessFound[];
  let npm: ChildProcess;
  let printed: string;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-npm-'));
    // Servers that refuse to run as root work in folders below.
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'temporary'));
    const scripts = {
      lab: `true && "${process.execPath}" "${CLI}"`,
      outer: 'npm run --silent lab --',
      late: `sleep 2; "${process.execPath}" "${CLI}" stores; true`,
      other: `true && "${process.execPath}"`,
      background: `setsid "${process.execPath}" "${CLI}" stores & echo background: $!`,
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, scripts }));
    seen = [];
  });
  afterEach(async () => {
    for (const { pid } of seen.filter(isAlive)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  function startNpm(...words: string[]): void {
    const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
    npm = endWithTests(
      spawn('npm', ['run', ...words], {
        cwd: folder,
        env: { ...inherited, PORT: '0', TMPDIR: join(folder, 'temporary') },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      }),
    );
    printed = '';
    for (const stream of [npm.stdout, npm.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        printed += chunk;
      });
    }
  }

  /** Until it was printed; then everything below the process given is to be gone in the end. */
  async function waitFor(pattern: RegExp, above = npm.pid as number): Promise<void> {
    for (let look = 0; look < 600 && !pattern.test(printed); look++) await sleep(50);
    expect(printed).to.match(pattern);
    seen.push(...descendantsOf(above));
  }

  async function waitForProcess(pattern: RegExp): Promise<void> {
    const found = () => seen.some(({ command }) => pattern.test(command));
    for (let look = 0; look < 1000 && !found(); look++) {
      await sleep(10);
      seen = descendantsOf(npm.pid as number);
    }
    expect(found(), printed).to.equal(true);
  }

  async function expectAllGone(): Promise<void> {
    const left = () => seen.filter(isAlive).map(({ command }) => command);
    for (let look = 0; look < 300 && left().length > 0; look++) await sleep(50);
    expect(left(), printed).to.deep.equal([]);
    const temporary = join(folder, 'temporary');
    const files = await readdir(temporary, { recursive: true });
    // The folder that names the runs which measure stays, empty.
    expect(files.filter((name) => name !== 'session-token-lab-runs')).to.deep.equal([]);
  }

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`by ${signal}: serve stops its instances and stores`, async () => {
      startNpm('lab', '--', 'serve', '--strategies', 'session', '--instances', '2');
      await waitFor(/Press Ctrl-C/);
      expect(seen.filter(({ command }) => command.includes('src/main.js'))).to.have.lengthOf(2);
      expect(seen.some(({ command }) => command.includes('postgres'))).to.equal(true);
      npm.kill(signal);
      await expectAllGone();
      expect(printed).to.contain('STARTER_GONE: ').and.to.contain('Stopping in order.');
    });

    it(`by ${signal}: stores that still start are stopped`, async () => {
      startNpm('lab', '--', 'stores');
      await waitForProcess(/guardian-process\.js/);
      npm.kill(signal);
      await expectAllGone();
    });
  }

  it('compare keeps the trials before, as after SIGTERM to itself', async () => {
    startNpm('lab', '--', ...SMOKE);
    await waitFor(/\[1\/2\]/);
    npm.kill('SIGTERM');
    await expectAllGone();
    const [id] = (await readdir(join(folder, 'results'))).filter((name) => name !== 'latest');
    const text = await readFile(join(folder, 'results', id as string, 'result.json'), 'utf8');
    const result = resultSchema.parse(JSON.parse(text));
    expect(result.partial).to.equal(true);
    expect(result.trials).to.have.lengthOf(1);
    expect(result.endedAt, 'ended in order').to.be.a('string');
  });

  it('by SIGKILL of the shell between, and of an outer npm', async () => {
    startNpm('lab', '--', 'stores');
    await waitFor(/Press Ctrl-C/);
    const shell = seen.find(({ command }) => /^\S*sh -c/.test(command));
    process.kill(shell?.pid as number, 'SIGKILL');
    await expectAllGone();

    startNpm('outer', '--', 'stores');
    await waitFor(/Press Ctrl-C/);
    npm.kill('SIGKILL');
    await expectAllGone();
  });

  it('is not started at all by a shell that is left over', async () => {
    startNpm('late');
    await waitForProcess(/^sleep/);
    npm.kill('SIGKILL');
    await waitFor(/STARTER_GONE/);
    await expectAllGone();
    expect(printed).not.to.match(/PostgreSQL|Redis/);
  });

  for (const { name, file, words, says } of OTHERS) {
    it(`by SIGTERM: nothing is left of ${name}`, async () => {
      startNpm('other', '--', pathOf(file), ...words);
      await waitFor(says);
      npm.kill('SIGTERM');
      await expectAllGone();
    });
  }

  it('goes on in a session of its own, where it was put to go on', async () => {
    startNpm('background');
    await waitFor(/background: \d+\n/);
    const pid = Number(/background: (\d+)/.exec(printed)?.[1]);
    const lab = processFound(pid) as ProcessFound;
    seen.push(lab);
    await waitFor(/Press Ctrl-C/, pid);
    // Longer than from one look for npm to the next.
    await sleep(1500);
    expect(npm.exitCode, 'npm has ended').to.equal(0);
    expect(isAlive(lab)).to.equal(true);
    process.kill(pid, 'SIGHUP');
    await expectAllGone();
    expect(printed).to.contain('Stopping in order.').and.not.to.contain('STARTER_GONE');
  });
});
