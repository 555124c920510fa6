import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type DescribedStrategy,
  describedStrategySchema,
} from '../../bench/model/result-schema.js';
import { startLab } from '../support/lab.js';

async function printed(words: readonly string[]): Promise<string> {
  const lab = startLab(words);
  expect(await lab.ended, lab.stderr()).to.equal(0);
  return lab.stdout();
}

describe('lab strategies', () => {
  let known: DescribedStrategy[];

  before(async () => {
    known = JSON.parse(await printed(['strategies', '--json'])).strategies;
  });

  it('prints the whole declaration of each with --json', () => {
    expect(known.map(({ name }) => name)).to.include.members(['session', 'jwt', 'none']);
    for (const strategy of known) {
      expect(describedStrategySchema.parse(strategy), strategy.name).to.deep.equal(strategy);
    }
  });

  it('prints tables of at most 120 columns, and Markdown with a row each', async () => {
    const [text, markdown] = await Promise.all([
      printed(['strategies']),
      printed(['strategies', '--markdown']),
    ]);
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(120);
    expect(markdown.trim().split('\n')).to.have.lengthOf(2 + known.length);
    for (const { name } of known) expect(markdown).to.include(`| ${name} |`);
  });
});

describe('a comparison of strategies whose state lies in each instance', function () {
  this.timeout(60_000);
  let out: string;

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-e2e-'));
  });
  after(() => rm(out, { recursive: true, force: true }));

  it('meets no 401: every connection is logged in where it asks', async () => {
    const plan = ['--strategies', 'session-memory', '--instances', '2', '--connections', '6'];
    const length = ['--seconds', '0.6', '--warm-up', '0.3'];
    const lab = startLab(['compare', '--profile', 'smoke', ...plan, ...length, '--out', out]);
    await lab.ended;
    // A machine that is busy makes so short a trial unsteady; what was answered counts all the same.
    const [run] = (await readdir(out)).filter((name) => name !== 'latest');
    const { trials } = JSON.parse(await readFile(join(out, `${run}`, 'result.json'), 'utf8'));
    expect(trials).to.have.lengthOf(1);
    const [{ statuses, requests, perInstance }] = trials;
    expect(statuses).to.deep.equal({ 200: requests });
    expect(requests).to.be.above(0);
    for (const { requests: own } of perInstance) expect(own).to.be.above(0);
  });
});
