import { expect } from 'chai';
import { apart } from '../../../bench/report/charts/name-labels.js';
import { markOf } from '../../../bench/report/charts/palette.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { viewOf } from '../../../bench/report/view.js';
import { ELEVEN } from './declarations.js';
import { makeResult } from './fixture.js';

const NAMES = ELEVEN.map(({ name }) => name);
const result = makeResult({ strategies: NAMES });

describe('a report of eleven strategies', () => {
  it('measures the first against each other one, and the control against all', () => {
    const { mainPairs, controlPairs, allPairs } = viewOf(result);
    expect(mainPairs.map(({ candidate }) => candidate)).to.deep.equal(NAMES.slice(1, -1));
    expect(new Set(mainPairs.map(({ baseline }) => baseline))).to.deep.equal(new Set(['session']));
    expect(controlPairs.map(({ candidate }) => candidate)).to.deep.equal(NAMES.slice(0, -1));
    expect(allPairs).to.have.length(55);
  });

  it('begins with the first that is no control, in whatever order they were asked for', () => {
    const { mainPairs } = viewOf(
      makeResult({ strategies: ['none', 'opaque', 'session', 'opaque'] }),
    );
    expect(mainPairs.map(({ baseline, candidate }) => `${baseline} ${candidate}`)).to.deep.equal([
      'opaque session',
    ]);
  });

  it('gives every variant a mark of its own', () => {
    const { variants } = viewOf(result);
    const marks = variants.map(({ id }) => markOf(variants, id));
    for (const part of ['symbol', 'sign'] as const) {
      expect(new Set(marks.map((mark) => mark[part])).size, part).to.equal(11);
    }
    const looks = marks.map(({ color, dash }) => `${color} ${dash}`);
    expect(new Set(looks).size).to.equal(11);
  });

  it('names every variant in full in every chart', () => {
    const twice = makeResult({
      strategies: ['session-memory', 'session-memory', ...NAMES.slice(2)],
      workloads: ['me'],
    });
    const charts = [...renderHtml(twice).matchAll(/<svg .*?<\/svg>/gs)].map(([svg]) =>
      svg.replace(/<(title|desc)[^>]*>.*?<\/\1>/gs, ''),
    );
    expect(charts).to.have.length(3);
    for (const svg of charts) {
      for (const name of ['session-memory', 'session-memory#2', ...NAMES.slice(2)]) {
        expect(svg, name).to.match(new RegExp(`>([^<]* )?${name}( × 1)?<`));
      }
    }
  });

  it('tells all in one sentence a figure, the furthest first', () => {
    const told = findingsOf(
      makeResult({
        strategies: ['session', 'jwt', 'jwt-eddsa', 'jwt-cached', 'jwt-es256', 'none'],
        ...{ workloads: ['me'], instances: [1] },
        applicationMicroseconds: { 'jwt-eddsa': 150, 'jwt-cached': 25, 'jwt-es256': 59 },
      }),
    );
    const short = told.filter(({ topic }) => topic === 'short').map(({ text }) => text);
    expect(short).to.have.length(2);
    expect(short[0]).to.match(
      /^Requests per second, against session\. More: jwt-cached \(2\.\d times as many\) and jwt \(1\d % more\)\. Fewer: jwt-eddsa \(6\d % fewer\) and jwt-es256 \(1\d % fewer\)\.$/,
    );
    expect(short[1]).to.match(/Less: jwt-cached .* The same within 5 %: jwt-es256\.$/);
    const control = told.filter(({ topic }) => topic === 'control').map(({ text }) => text);
    expect(control).to.have.length(1);
    expect(control[0]).to.match(/in µs: jwt-cached [\d.]+, jwt [\d.]+, .*jwt-eddsa \d+\.$/);
  });

  it('has one table at a glance, with a row for each variant and scenario', () => {
    const markdown = renderMarkdown(result);
    expect(markdown.match(/At a glance/g)).to.have.length(1);
    expect(markdown).to.include('each strategy measured against session');
    const from = markdown.indexOf('At a glance');
    const rows = markdown.slice(from, markdown.indexOf('\n\n', markdown.indexOf('| -', from)));
    expect(rows.match(/^\| jwt-rs256 \|/gm)).to.have.length(4);
  });

  it('warns that among many a false winner is to be expected', () => {
    expect(renderMarkdown(result)).to.include('9 strategies were measured against session');
    expect(renderMarkdown(makeResult())).not.to.include('false winner');
  });

  it('keeps the heading short and the summary within the terminal', () => {
    expect(renderHtml(result)).to.include('<h1>10 strategies compared</h1>');
    const lines = renderSummary(result).split('\n');
    expect(lines.length).to.be.at.most(30);
    for (const line of lines) expect(line.length, line).to.be.at.most(100);
  });

  it('says under "What was compared" what each strategy declares', () => {
    const markdown = renderMarkdown(result);
    expect(markdown).to.include('## What was compared');
    expect(markdown).to.match(
      /\| session-memory \| cookie \| one instance \| 51 \| no store \| on the instance that heard \| no \|/,
    );
    expect(markdown).to.include('| opaque | a reference token that an authority looks up |');
  });
});

describe('a report of a strategy with an authority', () => {
  it('counts its CPU time among the servers', () => {
    const trial = result.trials.find(({ variant }) => variant === 'opaque');
    const { application, redis, postgres, authority } = trial?.cpuMicrosecondsPerRequest ?? {};
    const total = [application, redis, postgres, authority].reduce<number>(
      (sum, part) => sum + (part ?? Number.NaN),
      0,
    );
    const summary = viewOf(result).summaries.find(({ variant }) => variant === 'opaque');
    expect(summary?.cpuMicrosecondsPerRequest.authority?.mean).to.be.closeTo(31, 1);
    expect(summary?.serverCpuMicrosecondsPerRequest?.mean).to.be.closeTo(total, total * 0.02);
    expect(
      viewOf(result).summaries.find(({ variant }) => variant === 'jwt')
        ?.serverCpuMicrosecondsPerRequest,
    ).not.to.equal(null);
  });

  it('shows it in tables, charts, sentences and CSV, and nowhere without one', () => {
    const one = makeResult({
      strategies: ['session', 'opaque'],
      workloads: ['me'],
      instances: [1],
    });
    const html = renderHtml(one);
    expect(html).to.include('<th scope="col" class="number">Authority</th>');
    expect(html).to.match(/>Authority<\/text>/);
    const texts = findingsOf(one).map(({ text }) => text);
    expect(texts.join(' ')).to.match(/3\d\.\d µs in the authority with opaque\./);
    expect(renderTrialsCsv(one)).to.include('cpuMicrosecondsPerRequest.authority');
    expect(renderHtml(makeResult())).not.to.match(/scope="col"[^>]*>Authority<|>Authority<\/text>/);
  });

  it('gives no total when the authority was not measured', () => {
    const { summaries } = viewOf(
      makeResult({
        strategies: ['opaque'],
        trial: (trial) => ({
          ...trial,
          cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, authority: null },
        }),
      }),
    );
    expect(summaries[0]?.serverCpuMicrosecondsPerRequest).to.equal(null);
  });
});

describe('names beside the lines of a chart', () => {
  it('stay where they are when there is room', () => {
    expect(apart([10, 50, 90], 5, 100)).to.deep.equal([10, 50, 90]);
  });

  it('move up, and down again where the chart ends', () => {
    expect(apart([10, 11, 12], 5, 100)).to.deep.equal([10, 15, 20]);
    expect(apart([96, 97, 98], 5, 100)).to.deep.equal([90, 95, 100]);
  });

  it('share the whole height when there are too many', () => {
    expect(apart([100, 100, 100], 80, 100)).to.deep.equal([0, 50, 100]);
  });
});
