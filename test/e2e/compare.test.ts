import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import type { Result } from '../../bench/model/result-schema.js';
import { startLab } from '../support/lab.js';

/** Small, but everything is in it: a store per request and none, two instances, and two rounds. */
const WORDS = [
  ...['compare', '--profile', 'smoke', '--strategies', 'session,jwt', '--instances', '1,2'],
  ...['--rounds', '2', '--seconds', '1', '--warm-up', '0.6', '--seed', '11', '--json'],
];

describe('lab compare, end to end', function () {
  this.timeout(120_000);
  let out: string;
  let folder: string;
  let result: Result;
  let printed: { folder: string; trials: object; comparisons: unknown[] };

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-e2e-'));
    const lab = startLab([...WORDS, '--out', out]);
    expect(await lab.ended, lab.stderr()).to.equal(0);
    printed = JSON.parse(lab.stdout());
    folder = printed.folder;
    result = JSON.parse(await readFile(join(folder, 'result.json'), 'utf8'));
  });

  after(() => rm(out, { recursive: true, force: true }));

  it('prints nothing but the summary on standard output with --json', () => {
    expect(printed.trials).to.include({ planned: 8, measured: 8 });
    expect(printed.comparisons).to.have.lengthOf(8);
  });

  it('writes a result that its published JSON Schema accepts', async () => {
    const schema = JSON.parse(await readFile('docs/result.schema.json', 'utf8'));
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    const accepts = ajv.compile(schema);
    expect(accepts(result), JSON.stringify(accepts.errors, null, 1)).to.equal(true);
    const broken = { ...result, trials: [{ ...result.trials[0], requests: 'many' }] };
    expect(accepts(broken)).to.equal(false);
  });

  it('writes every report and points results/latest to them', async () => {
    for (const name of ['report.html', 'report.md', 'trials.csv']) {
      expect((await readFile(join(folder, name), 'utf8')).length, name).to.be.greaterThan(500);
    }
    expect(join(out, await readlink(join(out, 'latest')))).to.equal(folder);
  });

  it('runs the plan in the order that it recorded', () => {
    const ran = result.trials.map(({ round, variant, workload, instances, topology }) => ({
      round,
      variant,
      workload,
      instances,
      topology,
    }));
    expect(ran).to.deep.equal(result.config.order);
    expect(result.partial).to.equal(false);
  });

  it('counts one Redis command a request under session, and none under jwt', () => {
    for (const trial of result.trials) {
      const expected = trial.variant === 'session' ? 1 : 0;
      expect(trial.storeCommandsPerRequest, trial.variant).to.be.closeTo(expected, 0.05);
    }
  });

  it('measures CPU time and memory of every kind of process', () => {
    for (const { cpuMicrosecondsPerRequest: cpu, rssBytes, variant } of result.trials) {
      expect(cpu.application, 'application').to.be.within(5, 2000);
      expect(cpu.loadGenerator, 'loadGenerator').to.be.within(5, 2000);
      expect(cpu.postgres, 'postgres').to.be.within(0, 50);
      if (variant === 'session') expect(cpu.redis, 'redis').to.be.within(0.5, 200);
      for (const kind of ['application', 'redis', 'postgres', 'loadGenerator'] as const) {
        expect(rssBytes[kind], kind).to.be.greaterThan(1e6);
      }
    }
  });

  it('spreads requests evenly over the instances', () => {
    for (const { perInstance, instances } of result.trials) {
      expect(perInstance).to.have.lengthOf(instances);
      for (const { share } of perInstance)
        expect(share).to.be.closeTo(1 / instances, 0.2 / instances);
    }
  });

  it('counts the same requests at both ends, up to those in flight', () => {
    for (const { reconciliation } of result.trials) {
      const { clientRequests, serverRequests, inFlightLimit } = reconciliation;
      expect((serverRequests as number) - clientRequests).to.be.within(0, inFlightLimit);
    }
  });

  it('counts the bytes of a request and its answer as they go over the wire', () => {
    for (const { bytesPerRequest, variant } of result.trials) {
      // "GET /me HTTP/1.1" with its headers and credential; the token is longer than the cookie.
      const [low, high] = variant === 'session' ? [120, 300] : [300, 700];
      expect(bytesPerRequest.sent, variant).to.be.within(low, high);
      expect(bytesPerRequest.received, variant).to.be.within(150, 900);
    }
  });
});
