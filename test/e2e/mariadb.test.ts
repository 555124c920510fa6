import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resultSchema, type Trial } from '../../bench/model/result-schema.js';
import { startLab } from '../support/lab.js';
import { descendantsOf, isAlive, type ProcessFound } from '../support/process-tree.js';

const WORDS = [
  ...['compare', '--database', 'mariadb', '--profile', 'smoke', '--workloads', 'me,read'],
  ...['--strategies', 'session,jwt', '--instances', '1', '--seconds', '1', '--warm-up', '0.6'],
  ...['--seed', '11'],
];

describe('lab compare on MariaDB, end to end', function () {
  this.timeout(180_000);
  let out: string;
  let servers: ProcessFound[];
  let trials: Trial[];

  before(async function () {
    out = await mkdtemp(join(tmpdir(), 'lab-mariadb-'));
    const lab = startLab([...WORDS, '--out', out]);
    await lab.printed(/\[1\/4\]/).catch(() => {});
    servers = descendantsOf(lab.pid).filter(({ command }) => command.includes('mariadbd'));
    const code = await lab.ended;
    const [, reason] = /^(MARIADB_NOT_(?:FOUND|UNPACKED): .*)$/m.exec(lab.stderr()) ?? [];
    if (reason) {
      for (const test of this.test?.parent?.tests ?? []) test.title += ` (skipped: ${reason})`;
      this.skip();
    }
    expect(code, lab.stderr()).to.equal(0);
    const text = await readFile(join(out, 'latest', 'result.json'), 'utf8');
    const result = resultSchema.parse(JSON.parse(text));
    trials = result.trials;
    expect(result.config.database).to.equal('mariadb');
    expect(result.environment.postgres).to.equal(null);
    expect(result.environment.mariadb?.startedBy).to.include('innodb-flush-log-at-trx-commit=0');
  });

  after(() => rm(out, { recursive: true, force: true }));

  it('measures CPU time and memory of MariaDB, which GET /me does not ask', () => {
    expect(trials).to.have.lengthOf(4);
    for (const { workload, variant, cpuMicrosecondsPerRequest: cpu, rssBytes } of trials) {
      const [low, high] = workload === 'read' ? [5, 3000] : [0, 3];
      expect(cpu.mariadb, `${workload}, ${variant}`).to.be.within(low, high);
      expect(rssBytes.mariadb, 'memory').to.be.within(2e7, 2e9);
      expect(cpu).not.to.have.property('postgres');
    }
  });

  it('calls the database MariaDB in every file that it writes for people', async () => {
    for (const name of ['report.md', 'report.html']) {
      const text = await readFile(join(out, 'latest', name), 'utf8');
      // The user that servers run as may have that name.
      expect(text.replaceAll('as user postgres', ''), name).not.to.match(/postgres/i);
      expect(text, name).to.include('MariaDB');
    }
    expect(await readdir(join(out, 'latest'))).to.include('trials.csv');
  });

  it('leaves no server', function () {
    if (process.platform !== 'linux') this.skip();
    expect(servers).not.to.deep.equal([]);
    expect(servers.filter(isAlive)).to.deep.equal([]);
  });
});
