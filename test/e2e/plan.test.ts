import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startLab } from '../support/lab.js';
import { makeResult } from '../unit/report/fixture.js';

const LOAD = ['--users', '5000000', '--requests-per-user-minute', '6'];

describe('lab plan, end to end', function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-plan-'));
    await writeFile(join(folder, 'result.json'), JSON.stringify(makeResult()));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function run(words: readonly string[]) {
    const lab = startLab(['plan', ...words]);
    return { exitCode: await lab.ended, stdout: lab.stdout(), stderr: lab.stderr() };
  }

  it('prints servers, volumes, the check and the assumptions', async () => {
    const { exitCode, stdout, stderr } = await run([
      ...LOAD,
      '--slo',
      'p99=50ms',
      '--from',
      folder,
    ]);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.include('500,000 requests/s of workload me');
    for (const part of ['instances', 'logins in Redis GB', 'simulated', 'Assumptions:']) {
      expect(stdout).to.include(part);
    }
  });

  it('prints the plan alone as JSON with --json', async () => {
    const words = ['--slo', 'p99=50ms,mean=5ms', '--workload', 'crud', '--strategies', 'jwt'];
    const { stdout } = await run([...LOAD, ...words, '--from', folder, '--json']);
    const plan = JSON.parse(stdout);
    expect(plan.from.id).to.equal('2026-03-01T10-00-00Z');
    expect(plan.strategies.map(({ strategy }: { strategy: string }) => strategy)).to.deep.equal([
      'jwt',
    ]);
    expect(plan.strategies[0].tiers.map(({ tier }: { tier: string }) => tier)).to.deep.equal([
      'application',
      'postgres',
    ]);
    expect(plan.assumptions).to.have.length.above(5);
  });

  for (const [words, exitCode, code] of [
    [[], 2, 'OPTION_MISSING'],
    [[...LOAD, '--slo', 'fast'], 2, 'OBJECTIVE_INVALID'],
    [[...LOAD, '--slo', 'p99=50ms,errors=0'], 2, 'OPTION_INVALID'],
    [[...LOAD, '--slo', 'p99=50ms', '--utilisation', '1'], 2, 'OPTION_INVALID'],
    [[...LOAD, '--slo', 'p99=50ms', '--workload', 'read'], 2, 'PLAN_WORKLOAD_UNKNOWN'],
    [[...LOAD, '--slo', 'p99=0.01ms'], 1, 'PLAN_OBJECTIVE_IMPOSSIBLE'],
  ] as const) {
    it(`ends with ${exitCode} and ${code} for "${words.join(' ')}"`, async () => {
      const ended = await run([...words, '--from', folder]);
      expect(ended).to.include({ exitCode, stdout: '' });
      expect(ended.stderr).to.match(new RegExp(`^${code}: `));
    });
  }

  it('says so when there is no result', async () => {
    const missing = join(folder, 'nowhere');
    const ended = await run([...LOAD, '--slo', 'p99=50ms', '--from', missing]);
    expect(ended).to.include({ exitCode: 1, stdout: '' });
    expect(ended.stderr).to.match(/^RESULT_NOT_FOUND: /);
  });
});
