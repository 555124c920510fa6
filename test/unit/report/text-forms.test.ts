import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeReports } from '../../../bench/experiments/result-folder.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderReports } from '../../../bench/report/render-reports.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { invalidate, makeResult } from './fixture.js';

const MANY = {
  strategies: ['session', 'jwt', 'jwt-eddsa', 'none'],
  workloads: ['me', 'read', 'crud', 'login'],
  instances: [1, 2, 4, 8],
};

describe('report.md', () => {
  it('has as many cells in each row as its table has columns', () => {
    const markdown = renderMarkdown(
      makeResult({
        workloads: ['a|b', 'crud'],
        trial: invalidate(({ position }) => position === 1, 'a | b\nc'),
      }),
    );
    let columns = 0;
    let rows = 0;
    for (const line of markdown.split('\n')) {
      if (!line.startsWith('|')) {
        columns = 0;
        continue;
      }
      const cells = line.split(/(?<!\\)\|/).length;
      if (columns > 0) expect(cells, line).to.equal(columns);
      columns = cells;
      rows += 1;
    }
    expect(rows).to.be.above(60);
  });

  it('carries every sentence of the findings that the page carries', () => {
    const result = makeResult();
    const markdown = renderMarkdown(result).replaceAll('\\', '');
    for (const { text } of findingsOf(result)) expect(markdown).to.include(text);
  });

  it('holds no HTML and escapes markup that comes from the data', () => {
    const markdown = renderMarkdown(makeResult({ strategies: ['<i>*x*', 'jwt'] }));
    expect(markdown).not.to.match(/(?<!\\)<\w/);
    expect(markdown).to.include('\\<i\\>\\*x\\*');
  });
});

describe('trials.csv', () => {
  it('has one line a trial, a header with units, and quotes what needs it', () => {
    const message = 'said "no", twice\nand left';
    const result = makeResult({ trial: invalidate(({ position }) => position === 0, message) });
    const [header, ...rows] = parseCsv(renderTrialsCsv(result));
    expect(rows).to.have.length(result.trials.length);
    for (const row of rows) expect(row).to.have.length(header?.length ?? 0);
    expect(header).to.include.members([
      'throughputRps',
      'latencyMs.p99',
      'cpuMicrosecondsPerRequest.redis',
    ]);
    expect(rows[0]?.[header?.indexOf('invalidReasons') ?? -1]).to.equal(message);
    expect(rows[0]?.[header?.indexOf('valid') ?? -1]).to.equal('false');
    expect(Number(rows[1]?.[header?.indexOf('throughputRps') ?? -1])).to.equal(
      result.trials[1]?.throughputRps,
    );
  });

  it('leaves empty what was not measured, rather than 0', () => {
    const result = makeResult({ trial: (trial) => ({ ...trial, latencyMs: null }) });
    const [header, row] = parseCsv(renderTrialsCsv(result));
    expect(row?.[header?.indexOf('latencyMs.p99') ?? -1]).to.equal('');
  });
});

describe('the summary on a terminal', () => {
  for (const [name, model] of Object.entries({
    plain: {},
    many: MANY,
    'against itself': { ...MANY, strategies: ['session', 'session'] },
    'no trial': { trialsMade: 0 },
  })) {
    it(`has at most 30 lines of at most 100 characters: ${name}`, () => {
      const lines = renderSummary(makeResult(model)).split('\n');
      expect(lines.length).to.be.at.most(30);
      for (const line of lines) expect(line.length, line).to.be.at.most(100);
    });
  }

  it('begins with the verdict and names what does not count', () => {
    const summary = renderSummary(
      makeResult({ trial: invalidate(({ position }) => position === 5) }),
    );
    expect(summary).to.match(/^! 1 of 36 trials is invalid/);
    expect(summary).to.match(
      /• jwt answered more requests per second than session in all 4 comparisons/,
    );
    expect(summary).to.include('2 (+1 invalid)');
  });
});

describe('statements on a terminal', () => {
  it('are whole or left out, and those left out are counted', () => {
    const result = makeResult(MANY);
    const summary = renderSummary(result);
    const [head = ''] = summary.split('\n\n');
    const left = Number(/… (\d+) more statements? in the report/.exec(head)?.[1] ?? 0);
    expect(left).to.be.greaterThan(0);
    const flat = head.replaceAll(/\s+/g, ' ');
    for (const statement of flat.split(/ ?[•!] /).slice(1)) {
      expect(statement.replace(/ … \d+ more.*/, '')).to.match(/\.$/);
    }
  });

  it('are followed by where the warnings stand', () => {
    const warnings = [{ code: 'stolen-cpu-time', message: 'Others took CPU time.' }];
    const summary = renderSummary(makeResult({ result: (made) => ({ ...made, warnings }) }));
    expect(summary).to.include('1 warning: in the report under “Trials that do not count, and');
    expect(renderSummary(makeResult())).not.to.include('warning');
  });
});

describe('writeReports', () => {
  it('writes the three files whole, over old ones, and leaves nothing else', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      await writeFile(join(folder, 'report.md'), 'old');
      const paths = await writeReports(folder, renderReports(makeResult()));
      expect(paths).to.deep.equal(
        ['report.html', 'report.md', 'trials.csv'].map((name) => join(folder, name)),
      );
      expect((await readdir(folder)).sort()).to.deep.equal([
        'report.html',
        'report.md',
        'trials.csv',
      ]);
      expect(await readFile(join(folder, 'report.md'), 'utf8')).to.equal(
        renderMarkdown(makeResult()),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** RFC 4180, by hand, so that the writer is not checked by itself. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted && character === '"' && text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '\n')) {
      rows.at(-1)?.push(field);
      field = '';
      if (character === '\n') rows.push([]);
    } else if (quoted || character !== '\r') field += character;
  }
  return rows.slice(0, -1);
}
