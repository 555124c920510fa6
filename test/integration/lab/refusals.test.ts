import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { LabError } from '../../../bench/model/errors.js';
import { readResult } from '../../../bench/model/read-result.js';
import { registerRun } from '../../../bench/processes/entry/measuring-runs.js';
import { startLab } from '../../support/lab.js';
import { makeResult } from '../../unit/report/fixture.js';

const CLI = fileURLToPath(new URL('../../../bench/cli/main.js', import.meta.url));

function lab(words: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const { status, stderr, ...run } = spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
  });
  return { status, stderr, stdout: run.stdout };
}

describe('the lab', function () {
  // Each line is a process of its own, and other tests run beside.
  this.timeout(60_000);
  let folder: string;

  async function writeRun(name: string, change: object = {}): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    const result = { ...makeResult({ rounds: 5 }), id: name, ...change };
    await writeFile(join(path, 'result.json'), JSON.stringify(result));
    return path;
  }

  before(async () => {
    folder = realpathSync(await mkdtemp(join(tmpdir(), 'lab-refusals-')));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('ends with 1 where what it prints cannot be written, whatever the verb', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const [a, b] = [await writeRun('full-a'), await writeRun('full-b')];
    const full = openSync('/dev/full', 'w');
    try {
      const users = ['plan', '--users', '5', '--requests-per-user-minute', '6'];
      const plan = [...users, '--slo', 'p99=50ms', '--from', await writeRun('full-plan')];
      for (const words of [
        ['help'],
        ['compare', '--help'],
        ['diff', a, b],
        ['diff', a, b, '--json', '--fail-on', 'session.cpu>500%'],
        ['report', a],
        ['strategies', '--markdown'],
        ['doctor'],
        plan,
        [...plan, '--json'],
      ]) {
        const { status, stderr } = lab(words, full);
        expect(status, `${words.join(' ')}: ${stderr}`).to.equal(1);
        expect(stderr, words.join(' ')).to.match(/^OUTPUT_UNWRITABLE: .*ENOSPC.*\n$/m);
      }
    } finally {
      closeSync(full);
    }
    const unwritten = lab(['diff', a, b, '--markdown', '/dev/full']);
    expect(unwritten.status).to.equal(1);
    expect(unwritten.stderr).to.include('FILE_UNWRITABLE');
  });

  it('ends by a signal at once where it has nothing to stop, whatever it waits for', async function () {
    if (process.platform === 'win32') this.skip();
    const [a, b] = [await writeRun('deaf-a'), await writeRun('deaf-b')];
    const pipe = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).to.equal(0);
    // Nobody reads from it, so the file cannot even be opened.
    const run = startLab(['diff', a, b, '--markdown', pipe]);
    await run.printed(/A: deaf-a, B: deaf-b/);
    process.kill(run.pid, 'SIGTERM');
    expect(await run.ended).to.equal(null);
    expect(run.child.signalCode).to.equal('SIGTERM');
  });

  describe('before it starts anything', () => {
    const measure = (out: string, words: readonly string[] = ['compare', '--strategies=none']) =>
      startLab([...words, '--out', out]);

    async function expectRefused(out: string, why: RegExp, words?: readonly string[]) {
      const run = measure(out, words);
      expect(await run.ended, out).to.equal(1);
      expect(run.stderr()).to.match(/^RESULT_FOLDER_UNWRITABLE: .*--out\.\n$/);
      expect(run.stderr()).to.match(why);
      expect(run.stdout()).not.to.include('Looking for');
    }

    it('says that it cannot write where results are to go', async () => {
      const file = join(folder, 'a-file');
      await writeFile(file, '');
      const dangling = join(folder, 'dangling');
      await symlink('gone', dangling);
      await expectRefused(file, /a-file is there and is no folder/);
      await expectRefused(join(file, 'below'), /ENOTDIR/);
      await expectRefused(join(dangling, 'below'), /dangling leads to gone, which is not there/);
      await expectRefused(join(folder, 'n'.repeat(300)), /ENAMETOOLONG/);
    });

    for (const verb of ['compare', 'sustain', 'calibrate']) {
      it(`does so in ${verb} where the system makes no folder for anybody`, async function () {
        if (process.platform !== 'linux') this.skip();
        await expectRefused('/proc/results/of/a/run', /ENOENT.*\/proc\/results/, [verb]);
        await expectRefused('/proc/results', /ENOENT/, [verb]);
      });
    }

    it('says that a process may not have as many files open as there are connections', async function () {
      if (process.platform === 'win32') this.skip();
      for (const words of [
        ['compare', '--alongside', '--strategies=none', '--shards=1'],
        ['compare', '--alongside', '--strategies=none,none,none,none', '--shards=4'],
        ['sustain', '--alongside'],
        ['load', 'http://127.0.0.1:9/'],
      ]) {
        const { status, stderr, stdout } = spawnSync(
          'sh',
          [
            '-c',
            'ulimit -n 900; exec "$@"',
            'sh',
            process.execPath,
            CLI,
            ...words,
            '--connections=850',
          ],
          { encoding: 'utf8', cwd: folder },
        );
        expect(status, stderr).to.equal(1);
        expect(stderr).to.match(/^OPEN_FILES_TOO_FEW: .* 85[02] connections.* 900 files/);
        expect(stdout).not.to.include('Looking for');
        expect(existsSync(join(folder, 'results'))).to.equal(false);
      }
    });
  });

  it('is quiet where its reader has seen enough', () => {
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', '"$0" "$1" strategies | head -n 1', process.execPath, CLI],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.include('Strategy');
  });

  it('ends with 2 where a gate lacks what it is to judge', async () => {
    const a = await writeRun('gate-a');
    const { trials } = makeResult({ rounds: 5 });
    const invalid = trials.map((trial) =>
      trial.variant === 'session' ? { ...trial, valid: false } : trial,
    );
    const b = await writeRun('gate-b', { trials: invalid });
    const sustained = await writeRun('gate-sustained', { trials: [], sustained: [] });
    const newer = await writeRun('gate-newer', { schemaVersion: 99 });
    const gate = (first: string, second: string) =>
      lab(['diff', first, second, '--fail-on', 'session.cpu>5%']);
    for (const [second, code] of [
      [b, 'CONDITION_WITHOUT_DATA'],
      [sustained, 'CONDITION_WITHOUT_DATA'],
      [newer, 'RESULT_TOO_NEW'],
      [a, 'SAME_RUN'],
    ] as const) {
      const { status, stderr } = gate(a, second);
      expect(status, stderr).to.equal(2);
      expect(stderr).to.include(code);
    }
    expect(gate(b, a).status).to.equal(2);
  });

  it('names the folder it read, and says what is wrong with it', async () => {
    const run = await writeRun('read');
    await symlink('gone', join(folder, 'latest'));
    await mkdir(join(folder, 'empty'));
    await mkdir(join(folder, 'cut'));
    await writeFile(join(folder, 'cut', 'result.json'), '{"schemaVersion": 5, "id": "x');
    await mkdir(join(folder, 'nested', 'result.json'), { recursive: true });
    for (const [name, said] of [
      ['latest', 'latest leads to gone, which is not there'],
      ['empty', 'empty holds no result.json'],
      ['cut', 'cut/result.json is cut off'],
      ['nested', 'nested/result.json is a folder'],
      ['read/result.json', 'is a file. Name the folder'],
    ] as const) {
      const error = await readResult(join(folder, name)).catch((caught) => caught);
      expect(error.message, name).to.include(said).and.to.include(folder);
    }
    const path = join(folder, 'latest');
    const plan = ['plan', '--users', '5', '--requests-per-user-minute', '6', '--slo', 'p99=50ms'];
    for (const words of [
      ['report', path],
      ['diff', run, path],
      [...plan, '--from', path],
    ]) {
      const { status, stderr } = lab(words);
      expect(status, stderr).to.equal(1);
      expect(stderr).to.include('latest leads to gone').and.to.include(folder);
    }
  });

  it('helps with help, wherever the word stands', () => {
    for (const words of [
      ['help', 'help'],
      ['help', '--help'],
    ]) {
      expect(lab(words).stdout, words.join(' ')).to.equal(lab(['help']).stdout);
    }
    for (const words of [
      ['--help', 'diff'],
      ['diff', '-h'],
      ['-h', 'diff'],
    ]) {
      expect(lab(words).stdout, words.join(' ')).to.equal(lab(['help', 'diff']).stdout);
    }
    expect(lab(['comprae']).stderr).to.include('Did you mean compare?');
  });

  it('sets only variables that the service reads, and none of its own', () => {
    const compare = (set: string) =>
      lab(['compare', '--alongside', '--strategies=jwt', '--set', set]);
    for (const [set, said] of [
      ['jwt.FOO=1', 'the service knows no variable FOO'],
      ['jwt.LOG_LEVL=info', 'Did you mean LOG_LEVEL?'],
      ['jwt.PORT=3000', 'the lab sets PORT itself'],
      ['jwt.REDIS_URL=redis://x', 'the lab sets REDIS_URL itself'],
      ['jwt.DATABASE_REPLICA_URL=postgres://x/y', 'the lab sets DATABASE_REPLICA_URL itself'],
    ] as const) {
      const { status, stderr } = compare(set);
      expect(status, stderr).to.equal(2);
      expect(stderr).to.include('OPTION_INVALID').and.to.include(said);
    }
    expect(lab(['serve', '--strategies=jwt', '--set', 'jwt.FOO=1']).status).to.equal(2);
  });

  it('does not measure beside another run unless it is told to', async () => {
    const parent = join(folder, 'runs');
    const runs = join(parent, 'session-token-lab-runs');
    await mkdir(runs, { recursive: true });
    // What a killed run left behind: its pid has been given to another process, or to none.
    const left = {
      startTime: 'long ago',
      what: 'lab compare',
      folder: '/',
      since: '2026-01-01T00:00:00Z',
    };
    await writeFile(join(runs, '1.json'), JSON.stringify({ ...left, pid: 1 }));
    const alone = await registerRun('lab compare', false, parent);
    expect(await alone.others()).to.deep.equal([]);
    expect(existsSync(join(runs, '1.json'))).to.equal(false);
    alone.end();

    const { readStartTime } = await import('../../../bench/processes/process-identity.js');
    const { ppid } = process;
    const running = { ...left, pid: ppid, startTime: readStartTime(ppid) };
    await writeFile(join(runs, `${ppid}.json`), JSON.stringify(running));
    const error = await registerRun('lab compare', false, parent).catch((caught) => caught);
    expect(error).to.be.instanceOf(LabError);
    expect(error).to.include({ code: 'ANOTHER_RUN' });
    expect(error.message).to.include(`process ${ppid}`).and.to.include('--alongside');
    const beside = await registerRun('lab compare', true, parent);
    expect((await beside.others()).map(({ pid }) => pid)).to.deep.equal([ppid]);
    beside.end();
  });
});
