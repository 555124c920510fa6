import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { lookForCpuControl } from '../../bench/processes/cpu-limits/cpu-control.js';
import { startLab } from '../support/lab.js';

describe('lab compare with instances of a fixed size', function () {
  this.timeout(120_000);
  let out: string;

  before(() => {
    out = mkdtempSync(join(tmpdir(), 'lab-held-'));
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  async function run(...words: string[]): Promise<Result> {
    const lab = startLab(['compare', '--profile', 'smoke', ...words, '--json', '--out', out]);
    expect(await lab.ended, lab.stderr()).to.equal(0);
    const { folder } = JSON.parse(lab.stdout());
    return resultSchema.parse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')));
  }

  it('holds each instance to its share, says how long it was held back, and leaves no group', async function () {
    const control = lookForCpuControl();
    if (!('method' in control)) {
      console.log(`      skipped: ${control.why}`);
      this.skip();
    }
    const groupsBefore = readdirSync(control.parent).filter((name) => /session-token/.test(name));
    const { trials, environment, warnings } = await run(
      ...['--strategies', 'session,jwt', '--instances', '1,2', '--seconds', '3'],
      ...['--instance-cpu', '0.1', '--redis-cpu', '0.5', '--seed', '4'],
    );
    expect(environment.cpuLimiter).to.include('control groups');
    expect(warnings.map(({ code }) => code)).not.to.include('cpu-limits-missing');
    for (const trial of trials) {
      expect(trial.connections).to.equal(100);
      for (const use of trial.processes.filter(({ kind }) => kind === 'application')) {
        expect(use.limitCores).to.equal(0.1);
        expect(use.cores, `${trial.variant} ${use.name}`).to.be.within(0.05, 0.125);
        expect(use.throttledSeconds).to.be.greaterThan(0.3);
      }
      const redis = trial.processes.find(({ kind }) => kind === 'redis');
      expect(redis).to.include({ limitCores: 0.5 });
    }
    const rps = (variant: string, instances: number) =>
      trials.find((trial) => trial.variant === variant && trial.instances === instances)
        ?.throughputRps ?? 0;
    // Twice the CPU time is about twice the work. One trial each on a busy machine shows a part of that.
    for (const variant of ['session', 'jwt']) {
      expect(rps(variant, 2) / rps(variant, 1), variant).to.be.greaterThan(1.2);
    }
    const groups = readdirSync(control.parent).filter((name) => /session-token/.test(name));
    expect(groups.filter((name) => !groupsBefore.includes(name))).to.deep.equal([]);
  });

  it('adds rounds while verdicts are unsure, up to the limit', async () => {
    const { config, trials } = await run(
      ...['--strategies', 'session,session', '--seconds', '0.5', '--warm-up', '0.3'],
      ...['--rounds', '2', '--until-sure', '--max-rounds', '4', '--seed', '4'],
    );
    // Two rounds of a strategy against itself can name neither a winner nor a tie.
    expect(config.rounds).to.equal(4);
    expect(trials).to.have.lengthOf(8);
    expect(trials.map(({ round }) => round)).to.deep.equal([1, 1, 2, 2, 3, 3, 4, 4]);
    expect(config.order).to.have.lengthOf(8);
  });
});
