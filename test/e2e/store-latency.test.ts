import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resultSchema } from '../../bench/model/result-schema.js';
import { startLab } from '../support/lab.js';

describe('lab compare with a longer way to the stores', function () {
  this.timeout(120_000);
  let out: string;

  before(() => {
    out = mkdtempSync(join(tmpdir(), 'lab-latency-'));
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  it('lets each request that asks Redis wait for it, says how long the way is, and blames no strategy', async () => {
    const lab = startLab([
      ...['compare', '--profile', 'smoke', '--strategies', 'session,none', '--workloads', 'me'],
      ...['--store-latency', '20ms', '--instances', '1', '--rounds', '2', '--seed', '5'],
      ...['--seconds', '3', '--connections', '20'],
      ...['--json', '--out', out],
    ]);
    expect(await lab.ended, lab.stderr()).to.equal(0);
    const { folder } = JSON.parse(lab.stdout());
    const file = (name: string) => readFileSync(join(folder, name), 'utf8');
    const { trials, config, environment } = resultSchema.parse(JSON.parse(file('result.json')));
    expect(config.storeLatencyMs).to.equal(20);
    expect(environment.storeLatency?.eachWayMs).to.equal(20);
    expect(environment.storeLatency?.roundTripMs).to.be.at.least(39.8);
    for (const trial of trials) {
      const proxy = trial.processes.find(({ kind }) => kind === 'network');
      expect(proxy?.cores, 'measured').to.be.a('number');
      if (trial.variant === 'session') expect(trial.latencyMs?.p50).to.be.at.least(39);
    }
    expect(file('report.md')).to.include('20 ms longer each way');
  });
});
