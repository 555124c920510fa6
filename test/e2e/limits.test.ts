/** Limits that were asked for and cannot be had, at the command line. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { lookForCpuControl } from '../../bench/processes/cpu-limits/cpu-control.js';
import { type LabOptions, startLab } from '../support/lab.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

const DIST = fileURLToPath(new URL('../..', import.meta.url));
const ROOT = join(DIST, '..');
/** An ordinary user on every system: nobody. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const SMOKE = ['compare', '--profile', 'smoke', '--strategies', 'none', '--connections', '10'];

describe('a limit that cannot be had', function () {
  this.timeout(120_000);
  let folder: string;
  let results: string;
  /** As somebody without control groups. */
  let ordinary: LabOptions;

  before(function () {
    // In the place of the system: below a home that only its owner may enter, nobody could not read.
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'lab-limits-')));
    results = join(folder, 'work');
    mkdirSync(results);
    if (!('method' in lookForCpuControl())) {
      ordinary = { as: { cwd: results } };
      return;
    }
    if (process.getuid?.() !== 0) this.skip(); // a user who has limits cannot become one without
    chmodSync(folder, 0o755);
    chownSync(results, NOBODY.uid, NOBODY.gid);
    cpSync(DIST, join(folder, 'dist'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(folder, 'node_modules'));
    const cli = join(folder, 'dist/bench/cli/main.js');
    ordinary = { cli, as: { ...NOBODY, cwd: results } };
    const tried = spawnSync(process.execPath, [cli, 'strategies'], ordinary.as);
    if (tried.status !== 0) {
      console.log('      skipped: an ordinary user cannot read what the lab is installed in');
      this.skip();
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function refusalOf(words: readonly string[], environment = {}, options = ordinary) {
    const lab = startLab(words, { HOME: results, ...environment }, options);
    const code = await lab.ended;
    return { code, stderr: lab.stderr(), stdout: lab.stdout() };
  }

  for (const [what, words] of [
    ['an instance', [...SMOKE, '--instance-cpu', '0.1']],
    ['PostgreSQL', [...SMOKE, '--postgres-cpu=0.5']],
    ['MariaDB', [...SMOKE, '--database', 'mariadb', '--mariadb-cpu', '0.5']],
    ['an instance, in lab sustain', ['sustain', '--strategies', 'none', '--instance-cpu', '1']],
  ] as const) {
    it(`ends the run before it starts: of ${what}`, async () => {
      const { code, stderr, stdout } = await refusalOf(words);
      expect(code, stdout).to.equal(1);
      expect(stderr).to.match(/^CPU_LIMIT_UNAVAILABLE: .*cannot be had here: /);
      expect(stderr).to.match(/fixed-size-instances.*--allow-unlimited/);
      expect(stdout).to.equal('');
      expect(readdirSync(results)).not.to.include('results');
    });
  }

  it("ends it for a store that is somebody else's, whoever asks", async () => {
    const cases = [
      [{ REDIS_URL: 'redis://127.0.0.1:1' }, ['--redis-cpu', '0.5'], 'REDIS_URL'],
      [{ DATABASE_URL: 'postgres://127.0.0.1:1/x' }, ['--postgres-cpu', '0.5'], 'postgres'],
    ] as const;
    for (const [environment, limit, named] of cases) {
      const { code, stderr } = await refusalOf([...SMOKE, ...limit], environment, {
        as: { cwd: results },
      });
      expect(code).to.equal(1);
      expect(stderr)
        .to.match(/^CPU_LIMIT_UNAVAILABLE: /)
        .and.to.include(named);
    }
  });

  it('is refused before the run where the machine has fewer cores', async () => {
    const { code, stderr, stdout } = await refusalOf([...SMOKE, '--instance-cpu', '64']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^CPU_SHARE_INVALID: /);
    expect(stdout).to.equal('');
  });

  describe('with --allow-unlimited', () => {
    let database: TestDatabase;
    let redis: Awaited<ReturnType<typeof createTestRedis>>;

    before(async () => {
      database = await createTestDatabase();
      redis = await createTestRedis();
    });
    after(async () => {
      redis.close();
      await database.drop();
    });

    it('is done without, and every form of the result says so', async () => {
      const { code, stderr, stdout } = await refusalOf(
        [...SMOKE, '--instance-cpu', '0.1', '--allow-unlimited', '--seconds', '1', '--json'],
        { DATABASE_URL: database.url, REDIS_URL: redis.url },
      );
      expect(code, stderr).to.equal(0);
      const path = JSON.parse(stdout).folder;
      const read = (file: string) => readFileSync(join(path, file), 'utf8');
      const result: Result = resultSchema.parse(JSON.parse(read('result.json')));
      expect(result.config).to.deep.include({
        cpuLimits: { application: 0.1, redis: null, postgres: null },
        allowUnlimited: true,
      });
      expect(result.config.command).to.include('--allow-unlimited');
      expect(result.environment.cpuLimiter).to.equal(null);
      expect(result.environment.cpuLimiterMissing).to.include('Instances cannot be held');
      expect(result.warnings.map(({ code: known }) => known)).to.include('cpu-limits-missing');
      for (const { processes } of result.trials) {
        for (const use of processes) expect(use).not.to.have.property('limitCores');
      }
      const said = /went on without limits of CPU time that were asked for/;
      for (const text of [read('report.html'), read('report.md'), stderr]) {
        expect(text.replaceAll(/\s+/g, ' ')).to.match(said);
      }
    });
  });
});
