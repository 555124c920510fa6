import { expect } from 'chai';
import type { Result } from '../../../bench/model/result-schema.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { type Lab, syntheticResult, type Truth } from '../analyse/scaling/synthetic.js';
import { makeResult } from './fixture.js';

const SESSION: Truth = {
  applicationMicroseconds: 50,
  redisMicroseconds: 10,
  applicationCores: 0.05,
  redisCores: 0.04,
};
const JWT: Truth = { applicationMicroseconds: 60, redisMicroseconds: 0, applicationCores: 0.05 };
const HELD: Lab = { truths: { session: SESSION, jwt: JWT }, machineCores: 2 };

const scalingTexts = (result: Result) =>
  findingsOf(result)
    .filter(({ topic }) => topic === 'scaling')
    .map(({ text }) => text);

function sectionOf(result: Result): string {
  const report = renderMarkdown(result);
  const start = report.indexOf('## How it scales, and why');
  return report.slice(start, report.indexOf('\n## ', start + 5));
}

describe('the report on scaling', () => {
  it('says where a strategy stops growing, what is busy then, and what it was held to', () => {
    const [knee] = scalingTexts(syntheticResult(HELD));
    expect(knee).to.match(/^On `me`, session stops growing at (about 4|3 to 4|4 to 5) instances, /);
    expect(knee).to.include(
      'because Redis is busy then: held to 0.04 of a core, it answers at most',
    );
    expect(knee).to.match(/The curve bends at [34]\.\d\d instances/);
    expect(knee).to.include('so trust the knee and not that peak');
  });

  it('says the same of the other strategy when the other one asks Redis', () => {
    const texts = scalingTexts(
      syntheticResult({ ...HELD, truths: { session: JWT, jwt: SESSION } }),
    );
    expect(texts.find((text) => text.includes('jwt stops growing'))).to.include('Redis is busy');
    expect(texts.find((text) => text.includes('session kept growing'))).to.include(
      'up to 16 instances, the most that were measured. Next to be busy would be this machine',
    );
  });

  it('puts every forecast beside its measurement, and says how far off the worst is', () => {
    const result = syntheticResult(HELD);
    const texts = scalingTexts(result);
    expect(texts[1]).to.match(
      /^On `me`, the throughput of session with 4, 8 and 16 instances was predicted from 1 and 2 instances alone to within \d(\.\d)? %/,
    );
    const [told = ''] = sectionOf(result).split('The service alone');
    const rows = told.match(/^\| `me` \| (session|jwt) \| \d+( \\\*)? \| [\d,]+ \(/gm);
    expect(rows).to.have.length(10);
  });

  it('warns of a forecast that failed', () => {
    const cold = syntheticResult({
      ...HELD,
      model: {
        trial: (trial) =>
          trial.instances > 4 ? { ...trial, throughputRps: trial.throughputRps / 2 } : trial,
      },
    });
    const warned = findingsOf(cold).filter(({ topic, caution }) => topic === 'scaling' && caution);
    expect(warned.map(({ text }) => text).join(' ')).to.include('too high');
  });

  it('says so where the curve bends and no processor is busy', () => {
    const locked = syntheticResult({
      ...HELD,
      truths: { jwt: JWT },
      machineCores: 64,
      model: {
        trial: (trial) => ({ ...trial, throughputRps: Math.min(trial.throughputRps, 3000) }),
      },
    });
    expect(scalingTexts(locked)[0]).to.include(
      'though no measured processor is busy then. Something else is the limit',
    );
  });

  it('tells how long each tier was held back', () => {
    const section = sectionOf(syntheticResult(HELD));
    expect(section).to.match(
      /\| `me` \| session \| 16 \|[^|]*\|[^|]*µs, \d+ % used, held back 94 %/,
    );
    expect(section).to.include('- Redis: 0.04 of a core, the limit of this run.');
    expect(section).not.to.include('PostgreSQL |');
  });

  it('draws a panel with all of up to three strategies, and one for each of more', () => {
    const titles = (result: Result) =>
      [
        ...renderHtml(result).matchAll(/<svg role="img" aria-labelledby="(scaling[^ "]*)-title/g),
      ].map(([, id]) => id);
    expect(titles(syntheticResult(HELD))).to.have.length(1);
    const many = { session: SESSION, jwt: JWT, 'jwt-es256': JWT, opaque: JWT };
    expect(titles(syntheticResult({ ...HELD, truths: many }))).to.have.length(4);
  });

  it('tells of many strategies in a sentence each, and of all forecasts in one', () => {
    const many = { session: SESSION, jwt: JWT, 'jwt-es256': JWT, opaque: JWT };
    const texts = scalingTexts(syntheticResult({ ...HELD, truths: many }));
    expect(texts).to.have.length(5);
    expect(texts.at(-1)).to.include(
      'the throughput of 4 strategies with more instances was predicted',
    );
  });

  it('says what to run where there are too few numbers of instances', () => {
    const section = sectionOf(makeResult());
    expect(section.trim().split('\n')).to.have.length(3);
    expect(section).to.include('`--instances 1,2,4,8`');
    expect(scalingTexts(makeResult())).to.deep.equal([]);
  });

  it('is whole whatever the run lacks', () => {
    const unmeasured = { application: null, redis: null, postgres: null, loadGenerator: null };
    const situations: Lab[] = [
      { ...HELD, rounds: 1 },
      { ...HELD, instances: [2, 4, 8] },
      { ...HELD, noise: 0.5 },
      { ...HELD, noise: 0 },
      {
        ...HELD,
        model: {
          trial: (trial) => ({ ...trial, cpuMicrosecondsPerRequest: unmeasured, processes: [] }),
        },
      },
      {
        ...HELD,
        model: { trial: (trial) => ({ ...trial, throughputRps: 1000 / trial.instances }) },
      },
      { ...HELD, model: { trial: (trial) => ({ ...trial, valid: trial.instances !== 4 }) } },
    ];
    for (const [index, lab] of situations.entries()) {
      const html = renderHtml(syntheticResult(lab));
      expect(html, String(index)).not.to.match(/NaN|undefined|Infinity|\bnull\b/);
    }
  });
});
