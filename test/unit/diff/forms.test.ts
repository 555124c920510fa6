import { expect } from 'chai';
import { parseConditions } from '../../../bench/diff/gate-conditions.js';
import { renderDiffMarkdown } from '../../../bench/diff/render-markdown.js';
import { renderDiffText } from '../../../bench/diff/render-text.js';
import { diffAsJson, reportDiff } from '../../../bench/diff/report.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { onMariadb } from '../report/on-mariadb.js';
import { type GivenRun, runWith } from './runs.js';

const BEFORE = { cpu: { session: [50, 50.5, 49.5], none: [20, 20.1, 19.9] } };
const AFTER = { cpu: { session: [60, 60.5, 59.5], none: [20, 20.1, 19.9] } };

function reportOf(before: GivenRun, after: GivenRun, failOn?: string) {
  return reportDiff(runWith(before), runWith({ change: later, ...after }), {
    basis: 'control',
    conditions: failOn === undefined ? [] : parseConditions(failOn),
  });
}

function later(result: Result): Result {
  return { ...result, id: '2026-03-02T10-00-00Z', startedAt: '2026-03-02T10:00:00.000Z' };
}

function inEnvironment(changes: Partial<Result['environment']>): GivenRun {
  return {
    ...AFTER,
    change: (result) => later({ ...result, environment: { ...result.environment, ...changes } }),
  };
}

function textOf(before: GivenRun, after: GivenRun, failOn?: string): string {
  return renderDiffText(reportOf(before, after, failOn), 200);
}

describe('lab diff in words', () => {
  it('shows both means, both changes and the verdict in one line', () => {
    expect(textOf(BEFORE, AFTER)).to.match(
      /session +me +1 +cpu\.application \(µs\) +50\.0 +60\.0 +\+20 % \(.*\) +\+20 % \(.*\) +costs more/,
    );
    expect(textOf(BEFORE, AFTER)).to.include('is the control');
  });

  it('says which basis the verdicts have', () => {
    expect(textOf(BEFORE, AFTER)).to.include('relative to the control of the same round');
    const without = { cpu: { session: [50, 50.5, 49.5] } };
    expect(textOf(without, without)).to.include(
      'as measured, because not both runs have a control',
    );
  });

  it('warns first when the machines differ', () => {
    const text = textOf(BEFORE, inEnvironment({ cpuModel: 'Other CPU', cores: 2 }));
    expect(text).to.include(
      '! The runs come from different machines (processor Example CPU @ 2.50GHz in A and Other CPU in B; cores 8 in A and 2 in B)',
    );
  });

  it('warns when the databases differ, and says which they are', () => {
    const text = textOf(BEFORE, { ...AFTER, change: (result) => later(onMariadb(result)) });
    expect(text).to.include('! The database differs: PostgreSQL in A, MariaDB in B.');
    expect(text).to.include(
      'database PostgreSQL: 18.0, embedded in A and MariaDB: 10.11.14-MariaDB, mariadbd on PATH in B',
    );
    expect(text).to.include('from chance, the machine or the database');
    expect(textOf(BEFORE, AFTER)).not.to.match(/database/);
    const other = inEnvironment({ postgres: { version: '17.2', startedBy: 'embedded' } });
    expect(textOf(BEFORE, other)).not.to.include('The database differs');
  });

  it('names what differs of code and conditions', () => {
    const text = textOf(
      BEFORE,
      inEnvironment({ commit: 'fedcba9876543210', node: 'v22.1.0', packages: { koa: '3.4.0' } }),
    );
    expect(text).to.include('commit 0123456789ab in A and fedcba987654 in B');
    expect(text).to.include('package koa 3.3.0 in A and 3.4.0 in B');
    expect(text).to.include('package jose 6.2.17 in A and none in B');
    expect(text).to.include('The conditions differ: Node.js v20.20.2 in A and v22.1.0 in B.');
  });

  it('says so when it is the same commit, and when it is the same run', () => {
    expect(textOf(BEFORE, AFTER)).to.include('of the same commit, so a change below comes from');
    const run = runWith(BEFORE);
    const report = reportDiff(run, run, { basis: 'control', conditions: [] });
    expect(renderDiffText(report, 120)).to.include('! Both folders hold the same run');
    expect(textOf(BEFORE, AFTER)).not.to.include('same run');
  });

  it('warns when the control itself changed, which its figures hide', () => {
    const slow = { cpu: { session: [50, 50.5, 49.5], none: [24, 24.1, 23.9] } };
    expect(textOf(BEFORE, slow)).to.match(/! The control none itself changed: .*CPU per request/);
    expect(textOf(BEFORE, AFTER)).not.to.include('itself changed');
  });

  it('names what is in one run only, and figures without an interval', () => {
    const text = textOf(BEFORE, { cpu: { session: [60], jwt: [40] } });
    expect(text).to.include('Only in A: none on me with 1 instance.');
    expect(text).to.include('Only in B: jwt on me with 1 instance.');
    expect(text).to.include('4 figures have no interval');
  });

  it('shows each condition with its figures', () => {
    const text = textOf(BEFORE, AFTER, 'session.me.cpu>5%,session.throughput<-90%');
    expect(text).to.match(
      /session\.me\.cpu > 5 % +FAILED +session\.me\.1\.cpu\.application +\+20 %/,
    );
    expect(text).to.match(/session\.throughput < −90 % +passed/);
  });

  it('is short in Markdown, with the figures folded', () => {
    const markdown = renderDiffMarkdown(reportOf(BEFORE, AFTER, 'session.me.cpu>5%'));
    expect(markdown).to.match(/^## FAILED: 1 of 1 condition is broken\n/);
    const [open = '', folded = ''] = markdown.split('<details>');
    expect(open).to.include('| FAILED |').and.to.include('costs more');
    expect(open).not.to.include('| equal');
    expect(folded).to.include('<summary>All 8 figures</summary>').and.to.include('| none | me |');
    expect(markdown.match(/<details>/g)).to.have.length(2);
    expect(markdown.match(/<\/details>/g)).to.have.length(2);
    expect(renderDiffMarkdown(reportOf(BEFORE, AFTER, 'session.me.cpu>50%'))).to.match(
      /^## Passed: 1 of 1 condition holds\n/,
    );
  });

  it('is complete as JSON', () => {
    const json = JSON.parse(
      JSON.stringify(diffAsJson(reportOf(BEFORE, AFTER, 'session.me.cpu>5%'))),
    );
    expect(json).to.include({ passed: false });
    expect(json.rows).to.have.length(8);
    expect(json.conditions[0]).to.deep.include({ condition: 'session.me.cpu>5%', broken: true });
    expect(json.conditions[0].figures[0]).to.include({ basis: 'control', workload: 'me' });
  });
});
