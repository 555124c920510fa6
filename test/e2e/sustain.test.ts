import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { startLab } from '../support/lab.js';

/** An objective and rates that any machine keeps: what is tested is the way there. */
const EASY = ['--slo', 'p50=2s,errors=0', '--from-rate', '40', '--to-rate', '80'];
const SMALL = ['--strategies', 'none', '--connections', '50', '--seconds', '2', '--rounds', '2'];

describe('lab sustain, end to end', function () {
  this.timeout(120_000);
  let out: string;

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-sustain-'));
  });
  after(() => rm(out, { recursive: true, force: true }));

  it('searches, confirms in rounds, and writes what it tried', async () => {
    const lab = startLab(['sustain', ...EASY, ...SMALL, '--seed', '9', '--json', '--out', out]);
    expect(await lab.ended, lab.stderr()).to.equal(0);
    const printed = JSON.parse(lab.stdout());
    expect(printed.sustained[0]).to.include({ variant: 'none', atLeast: true });
    expect(printed.sustained[0].rateRps).to.be.closeTo(80, 1e-6);

    const text = await readFile(join(printed.folder, 'result.json'), 'utf8');
    const result: Result = resultSchema.parse(JSON.parse(text));
    expect(result.partial).to.equal(false);
    const [rate] = result.sustained ?? [];
    expect(rate?.rounds).to.deep.equal([
      { round: 1, rateRps: 80, atLeast: true },
      { round: 2, rateRps: 80, atLeast: true },
    ]);
    const met = rate?.attempts.filter(({ outcome }) => outcome === 'met') ?? [];
    expect(met.map(({ phase, offeredRps }) => `${phase} ${offeredRps}`)).to.deep.equal([
      'search 40',
      'search 80',
      'confirm 80',
      'confirm 80',
    ]);
    for (const { offeredRps, answeredRps, errors, cpuMicrosecondsPerRequest } of met) {
      // Poisson: about 160 requests in 2 s scatter by 8 %.
      expect(answeredRps).to.be.closeTo(offeredRps, 0.4 * offeredRps);
      expect(errors).to.equal(0);
      expect(cpuMicrosecondsPerRequest.application).to.be.above(0);
    }
    const page = await readFile(join(printed.folder, 'report.html'), 'utf8');
    expect(page).to.include('Sustainable rate');
  });

  it('names what is wrong with an objective, and ends with 2', async () => {
    const lab = startLab(['sustain', '--slo', 'p99=50ms,p42=3ms', '--out', out]);
    expect(await lab.ended).to.equal(2);
    expect(lab.stderr()).to.match(/OBJECTIVE_INVALID: --slo: "p42=3ms" names none of/);
  });
});
