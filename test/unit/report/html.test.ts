import { expect } from 'chai';
import { summarise } from '../../../bench/analyse/summarise.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { renderHtml } from '../../../bench/report/html.js';
import { formatEstimate, formatMean } from '../../../bench/text/format.js';
import { invalidate, type Model, makeResult } from './fixture.js';

const SITUATIONS: Record<string, Model> = {
  plain: {},
  'one round': { rounds: 1 },
  'a strategy against itself': { strategies: ['session', 'session'] },
  'one strategy': { strategies: ['session'] },
  'all invalid': { trial: invalidate(() => true) },
  'cut short': { trialsMade: 4 },
  'no trial': { trialsMade: 0 },
  'two rounds, wildly apart': { rounds: 2, spread: 0.9 },
  'no answer at all': {
    trial: (trial) => ({
      ...trial,
      requests: 0,
      throughputRps: 0,
      latencyMs: null,
      cpuMicrosecondsPerRequest: {
        application: null,
        redis: null,
        postgres: null,
        loadGenerator: null,
      },
      rssBytes: { application: null, redis: null, postgres: null, loadGenerator: null },
      bytesPerRequest: { sent: null, received: null },
      storeCommandsPerRequest: null,
      perInstance: [],
      processes: [],
      machine: { cores: 2, busyShare: null, stealShare: null },
      valid: false,
      invalidReasons: [{ code: 'no-answer', message: 'no request was answered' }],
    }),
  },
};

describe('report.html', () => {
  for (const [name, model] of Object.entries(SITUATIONS)) {
    it(`is whole and without NaN, undefined or null: ${name}`, () => {
      const html = renderHtml(makeResult(model));
      expect(html).to.match(/^<!doctype html>\n<html lang="en">/);
      expect(html).to.match(/<\/html>\n$/);
      expect(html).not.to.match(/NaN|undefined|Infinity|\bnull\b/);
    });
  }

  it('asks no other machine for anything and runs no script', () => {
    const html = renderHtml(makeResult());
    const withoutNamespaces = html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(withoutNamespaces).not.to.match(/https?:\/\//);
    expect(html).not.to.match(/<script|<link|<img|<iframe|@import|url\((?!#)/i);
    expect(html).not.to.match(/ on[a-z]+=/i);
  });

  it('uses no element id twice, and refers only to ids it has', () => {
    const html = renderHtml(makeResult({ workloads: ['me', 'ME', 'm e', 'crud'] }));
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    const references = [
      ...[...html.matchAll(/url\(#([^)]*)\)/g)].map(([, id]) => id),
      ...[...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id),
      ...[...html.matchAll(/aria-labelledby="([^"]*)"/g)].flatMap(([, list]) => list?.split(' ')),
    ];
    expect(references).to.have.length.above(10);
    expect(references.filter((id) => !ids.includes(id))).to.deep.equal([]);
  });

  it('is the same text each time it is rendered', () => {
    expect(renderHtml(makeResult())).to.equal(renderHtml(makeResult()));
  });

  it('names every chart for screen readers', () => {
    const html = renderHtml(makeResult());
    const charts = [...html.matchAll(/<svg [^>]*>/g)].map(([tag]) => tag);
    expect(charts).to.have.length(6);
    for (const tag of charts) expect(tag).to.include('role="img"').and.to.include('viewBox=');
    expect([...html.matchAll(/<desc [^>]*>[^<]{40,}/g)]).to.have.length(6);
  });

  it('keeps its headings in order and gives tables captions and scopes', () => {
    const html = renderHtml(makeResult());
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).to.have.length(1);
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? 0)).to.be.at.most(1);
    });
    expect(html.match(/<table>/g)?.length).to.equal(html.match(/<caption>/g)?.length);
    expect(html).not.to.match(/<th(?! scope=)[ >]/);
  });

  it('escapes what comes from the data, in text, attributes and charts', () => {
    const evil = '<b onload="x">&\'`|';
    const html = renderHtml(
      makeResult({
        strategies: [evil, 'jwt'],
        workloads: [evil],
        trial: invalidate(({ position }) => position === 0, evil),
        result: (result) => ({
          ...result,
          warnings: [{ code: 'noise', message: evil }],
          config: { ...result.config, command: evil },
          environment: { ...result.environment, cpuModel: evil, packages: { [evil]: evil } },
        }),
      }),
    );
    expect(html).not.to.include('<b ');
    expect(html).to.include('&lt;b onload=&quot;x&quot;&gt;&amp;');
  });

  it('puts the figures of the summaries into the tables beside the charts', () => {
    const result = makeResult({ trial: invalidate(({ position }) => position === 2) });
    const html = renderHtml(result);
    for (const { variant, workload, instances, ...summary } of summarise(result)) {
      const cell = `<th scope="row"><code>${workload}</code></th><th scope="row">${variant}</th><th scope="row" class="number">${instances}</th>`;
      const rows = rowsOf(html).filter((row) => row.includes(cell));
      const [throughput, cpu, authenticationOrLatency] = rows;
      expect(throughput).to.include(`>${formatEstimate(summary.throughputRps)}<`);
      for (const kind of ['application', 'redis', 'postgres', 'loadGenerator'] as const) {
        expect(cpu).to.include(`>${formatMean(summary.cpuMicrosecondsPerRequest[kind])}<`);
      }
      expect(cpu).to.include(`>${formatEstimate(summary.serverCpuMicrosecondsPerRequest)}<`);
      const latency = variant === 'none' ? authenticationOrLatency : rows[3];
      for (const name of ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const) {
        expect(latency).to.include(`>${formatMean(summary.latencyMs[name])}<`);
      }
    }
  });

  it('lists each invalid trial with its reason, and draws it hollow', () => {
    const message = 'shard 1 used 97 % of a core';
    const html = renderHtml(
      makeResult({ trial: invalidate(({ position }) => position === 5, message) }),
    );
    const listed = rowsOf(html).filter((row) => row.replaceAll('\u00a0', ' ').includes(message));
    expect(listed).to.have.length(1);
    expect(listed[0]).to.include('none');
    const hollow = (page: string) =>
      page.match(/fill="#ffffff"[^>]*stroke="#555555"/g)?.length ?? 0;
    expect(hollow(html)).to.equal(hollow(renderHtml(makeResult())) + 1);
    expect(html).to.include('Invalid trials, drawn hollow: none with 2: ');
  });

  it('shows the verdict of each comparison as it stands in the result', () => {
    const count = (result: Result, verdict: string) =>
      renderHtml(result).match(new RegExp(`class="verdict ${verdict}"`, 'g'))?.length ?? 0;
    const all = (verdict: 'unsure' | 'slower') =>
      makeResult({
        result: (result) => ({
          ...result,
          comparisons: result.comparisons.map((cell) => ({ ...cell, verdict })),
        }),
      });
    expect(count(all('unsure'), 'unsure')).to.be.above(48);
    expect(count(all('unsure'), 'faster')).to.equal(0);
    expect(count(all('slower'), 'slower')).to.be.above(48);
    expect(count(all('slower'), 'unsure')).to.equal(0);
  });

  it('marks the better variant with a word and a sign, for more requests and for less CPU alike', () => {
    const verdicts = (jwt: number) => {
      const html = renderHtml(
        makeResult({ strategies: ['session', 'jwt'], applicationMicroseconds: { jwt } }),
      );
      return [...html.matchAll(/aria-hidden="true">(.)<\/span> ([\w ]+)/g)].map(([, sign, word]) =>
        [sign, word].join(' '),
      );
    };
    expect(new Set(verdicts(10))).to.deep.equal(new Set(['▲ faster', '▲ costs less', '▲ shorter']));
    expect(new Set(verdicts(300))).to.deep.equal(new Set(['▼ slower', '▼ costs more', '▼ longer']));
  });

  it('warns of noisy neighbours and of more processes than cores', () => {
    const html = renderHtml(
      makeResult({
        trial: (trial) => ({ ...trial, machine: { ...trial.machine, stealShare: 0.08 } }),
        result: (result) => ({ ...result, environment: { ...result.environment, cores: 2 } }),
      }),
    ).replaceAll('\u00a0', ' ');
    expect(html).to.include('Noisy neighbours: in the worst trial the hypervisor gave 8 %');
    expect(html).to.include('The machine has 2 cores, and up to 8 processes');
  });

  it('gives the command that repeats the run', () => {
    expect(renderHtml(makeResult())).to.include(
      '<pre><code>npm run lab -- compare --profile quick --seed 42</code></pre>',
    );
  });
});

function rowsOf(html: string): string[] {
  return [...html.matchAll(/<tr[^>]*>.*?<\/tr>/gs)].map(([row]) => row);
}

describe('tables of many columns', () => {
  it('are set smaller, and have the verdict before the figures', () => {
    const html = renderHtml(makeResult());
    const [table = ''] =
      /<div class="table wide"[^>]*aria-label="jwt over session[\s\S]*?<\/tr>/.exec(html) ?? [];
    const heads = [...table.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, label]) => label);
    expect(heads.slice(2, 6)).to.deep.equal(['What', 'Verdict', 'session', 'jwt']);
    expect(html).to.include('<div class="table" role');
  });
});

describe('scenarios that one round is left of', () => {
  it('have the same word at a glance and in numbers', () => {
    const result = makeResult({ trial: invalidate(({ round }) => round > 1) });
    const html = renderHtml(result);
    const words = new Set(
      [...html.matchAll(/<span class="verdict[^>]*><span[^>]*>.<\/span> ([^<]*)</g)].map(
        ([, word]) => word,
      ),
    );
    expect([...words]).to.deep.equal(['one round']);
  });

  it('have no interval in charts or tables when two are left', () => {
    const two = makeResult({ trial: invalidate(({ round }) => round > 2) });
    expect(renderHtml(two)).to.match(/[\d,]+ \(–\)/);
  });
});
