import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { serverCpuMicroseconds } from '../../../bench/analyse/metrics.js';
import { warningsOf } from '../../../bench/analyse/warnings.js';
import { readResult } from '../../../bench/model/read-result.js';
import type { Result, Trial } from '../../../bench/model/result-schema.js';
import { demandsOfResult } from '../../../bench/plan/demands.js';
import { planCapacity } from '../../../bench/plan/plan.js';
import { warningsOfPlan } from '../../../bench/plan/warnings.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from '../report/fixture.js';

/** As a lab of another day might write it. */
function withTier(id: string, { cores = 0.4, instances = [1, 2] } = {}): Result {
  return makeResult({
    instances,
    trial: (trial) => ({
      ...trial,
      cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, [id]: 43.25 },
      rssBytes: { ...trial.rssBytes, [id]: 61e6 },
      processes: [
        ...trial.processes.map((use) => ({ ...use, cores: 0.1 })),
        { kind: id, name: `${id} 1`, cpuSeconds: 3 * cores, cores, rssBytes: 61e6 },
      ],
    }),
  });
}

describe('a tier that this lab does not know', () => {
  let folder: string;
  let result: Result;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'result-'));
    await writeFile(join(folder, 'result.json'), JSON.stringify(withTier('ledger')));
    result = await readResult(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is read with all its figures', () => {
    expect(result.trials).to.have.lengthOf(36);
    for (const { processes, cpuMicrosecondsPerRequest, rssBytes } of result.trials) {
      expect(processes.at(-1)).to.include({ kind: 'ledger', name: 'ledger 1', cores: 0.4 });
      expect(cpuMicrosecondsPerRequest.ledger).to.equal(43.25);
      expect(rssBytes.ledger).to.equal(61e6);
    }
  });

  it('is shown under its id, after the others, and called nothing else', () => {
    const text = renderMarkdown(result);
    const columns = /\| Application +\| Redis +\| PostgreSQL +\| ledger +\|/g;
    // CPU time, and memory.
    expect(text.match(columns)).to.have.lengthOf(2);
    expect(text).to.include('43.3').and.to.include('and ledger where there is one');
    expect(text).to.match(/43\.3 µs in ledger with/);
    const known = renderMarkdown(makeResult());
    for (const name of ['Authority', 'authority', 'Prediction server', 'Web tier']) {
      expect(text.split(name).length, name).to.equal(known.split(name).length);
    }
  });

  it('is drawn, in grey', () => {
    const html = renderHtml(result);
    expect(html).to.match(/<text[^>]*>ledger<\/text>/);
    expect(html)
      .to.include('#999999')
      .and.not.to.match(/NaN|undefined/);
    expect(renderHtml(makeResult())).not.to.include('#999999');
  });

  it('counts as a server', () => {
    const [trial] = result.trials as [Trial];
    const { ledger: _, ...others } = trial.cpuMicrosecondsPerRequest;
    const without = serverCpuMicroseconds({ ...trial, cpuMicrosecondsPerRequest: others });
    expect(serverCpuMicroseconds(trial)).to.be.closeTo((without as number) + 43.25, 1e-9);
    const unknown = { ...others, ledger: null };
    expect(serverCpuMicroseconds({ ...trial, cpuMicrosecondsPerRequest: unknown })).to.equal(null);
  });

  it('has columns of its own in the table of trials, after the others', () => {
    const [header = '', first = ''] = renderTrialsCsv(result).split('\r\n');
    const columns = header.split(',');
    const at = columns.indexOf('cpuMicrosecondsPerRequest.ledger');
    expect(at).to.equal(columns.indexOf('cpuMicrosecondsPerRequest.network') + 1);
    expect(first.split(',')[at]).to.equal('43.25');
    expect(renderTrialsCsv(makeResult())).not.to.include('ledger');
  });

  it('is the limit only where it used all cores of the machine', () => {
    const limit = (cores: number) => limitOf(withTier('ledger', { cores }).trials[0] as Trial);
    expect(limit(1).code).to.equal('none');
    expect(limit(7.9)).to.deep.equal({ code: 'ledger', label: 'ledger (it used all cores)' });
    const text = renderMarkdown(withTier('ledger', { cores: 7.9 }));
    expect(text).to.include('This lab does not know that tier');
  });

  it('has its demand among those of a curve', () => {
    const text = renderMarkdown(withTier('ledger', { instances: [1, 2, 4] }));
    expect(text).to.match(/\| Application +\| .*\| ledger +\| Load generator +\|/);
  });

  it('is named in the warning that it could not be measured', () => {
    const trials = result.trials.map((trial) => ({
      ...trial,
      cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, ledger: null },
    }));
    const warning = warningsOf({ ...result, trials }).find(
      ({ code }) => code === 'ledger-unmeasured',
    );
    expect(warning?.message).to.include('The CPU time of ledger could not be measured');
    expect(renderMarkdown({ ...result, trials })).to.include(
      'The CPU time of ledger could not be measured',
    );
  });

  it('is left out of a plan, which says so', () => {
    expect(demandsOfResult(result, 'me')[0]?.notKnown).to.deep.equal(['ledger']);
    expect(demandsOfResult(makeResult(), 'me')[0]?.notKnown).to.deep.equal([]);
    const plan = planCapacity(result, {
      ...{ workload: 'me', users: 1000, requestsPerUserMinute: 6, loginsPerUserDay: 2 },
      ...{ sessionMinutes: 720, objectives: [{ metric: 'p99', limitMs: 50 }], ceiling: 0.5 },
      ...{ instanceCores: 1, redisCores: 1 },
    });
    const said = warningsOfPlan(plan, []).filter(({ code }) => code === 'tier-not-known');
    expect(said.map(({ message }) => message)).to.have.lengthOf(3);
    expect(said[0]?.message).to.include('does not know the tier ledger');
  });

  it('cannot break the form that names it', () => {
    const evil = withTier('<b>a|b</b>\n=1+1', { instances: [1, 2, 4] });
    expect(renderHtml(evil)).not.to.include('<b>a|b');
    expect(renderMarkdown(evil)).not.to.match(/^=1\+1/m);
    expect(renderSummary(evil)).not.to.match(/^=1\+1/m);
    expect(renderTrialsCsv(evil)).to.include('"cpuMicrosecondsPerRequest.<b>a|b</b>\n=1+1"');
  });
});
