import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { serverCpuMicroseconds } from '../../../bench/analyse/metrics.js';
import { capacityOf } from '../../../bench/analyse/scaling/capacity.js';
import { warningsOf } from '../../../bench/analyse/warnings.js';
import type { Result, Trial } from '../../../bench/model/result-schema.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from './fixture.js';
import { onMariadb } from './on-mariadb.js';

const FORMS = { renderMarkdown, renderHtml, renderSummary };
const limited = (result: Result): Result => ({
  ...result,
  config: { ...result.config, cpuLimits: { application: 0.5, redis: null, postgres: 2 } },
});
const busy = (trial: Trial): Trial => ({
  ...trial,
  processes: trial.processes.map((use) =>
    use.kind === 'postgres' ? { ...use, cores: 7.9, cpuSeconds: 23.7 } : { ...use, cores: 0.1 },
  ),
});
const unmeasured = (trial: Trial): Trial => ({
  ...trial,
  cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, postgres: null },
});
/** Each makes a report speak of the database in another place. */
const RUNS: Record<string, Result> = {
  plain: makeResult(),
  'with a curve': makeResult({ instances: [1, 2, 4, 8] }),
  'with limits and an authority': makeResult({ strategies: ['opaque', 'none'], result: limited }),
  'with a busy database': makeResult({ instances: [1, 2, 4, 8], trial: busy }),
  'with an unmeasured database': makeResult({ trial: unmeasured }),
};

describe('a report of a run on MariaDB', () => {
  for (const [name, run] of Object.entries(RUNS)) {
    const result = onMariadb({ ...run, warnings: [] });
    const whole = { ...result, warnings: warningsOf(result) };

    it(`never says PostgreSQL, ${name}`, () => {
      for (const [form, render] of Object.entries(FORMS)) {
        const text = render(whole);
        expect(text, form).not.to.match(/postgres/i);
        expect(text, form).not.to.match(/NaN|undefined/);
      }
      for (const { message } of whole.warnings) expect(message).not.to.match(/postgres/i);
      expect(renderMarkdown(whole)).to.match(/\| Application +\| Redis +\| MariaDB +\|/);
      expect(renderHtml(whole)).to.include('10.11.14-MariaDB, mariadbd on PATH');
    });

    it(`differs in that name only from one on PostgreSQL, ${name}`, () => {
      const other = renderMarkdown({ ...run, warnings: warningsOf(run) });
      const figures = (text: string) => text.match(/\d[\d.,]* µs/g);
      expect(figures(renderMarkdown(whole))).to.deep.equal(figures(other));
      expect(other).not.to.match(/mariadb/i);
    });
  }

  it('counts its CPU time among that of all servers, unknown where it is', () => {
    const [trial] = RUNS.plain?.trials.filter(({ workload }) => workload === 'crud') ?? [];
    const [same] = onMariadb(RUNS.plain as Result).trials.filter(
      ({ workload }) => workload === 'crud',
    );
    const total = serverCpuMicroseconds(trial as Trial);
    expect(total).to.be.greaterThan(100);
    expect(serverCpuMicroseconds(same as Trial)).to.be.closeTo(total as number, 1e-9);
    const [unknown] = onMariadb(makeResult({ trial: unmeasured })).trials;
    expect(serverCpuMicroseconds(unknown as Trial)).to.equal(null);
  });

  it('takes all cores of the machine for those of MariaDB', () => {
    const { trials } = onMariadb(makeResult({ trial: busy }));
    expect(limitOf(trials[0] as Trial)).to.deep.equal({
      code: 'mariadb',
      label: 'MariaDB (it used all cores)',
    });
    expect(capacityOf('mariadb', trials)).to.deep.equal({ cores: 8, from: 'assumption' });
  });

  it('has columns of its own in the table of trials, after those of earlier versions', () => {
    const [header = '', first = ''] = renderTrialsCsv(onMariadb(makeResult())).split('\r\n');
    const columns = header.split(',');
    const at = (column: string) => first.split(',')[columns.indexOf(column)];
    expect(at('rssBytes.mariadb')).to.equal('140000000');
    expect(at('rssBytes.postgres')).to.equal('');
    expect(columns.indexOf('rssBytes.mariadb')).to.equal(
      columns.indexOf('rssBytes.prediction') + 1,
    );
  });
});
