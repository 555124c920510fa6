import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { serverCpuMicroseconds } from '../../../bench/analyse/metrics.js';
import type { Result, RunConfig, Trial } from '../../../bench/model/result-schema.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { makeTrial } from '../bench-support.js';
import { invalidate, type Model, makeResult } from './fixture.js';

type Balance = NonNullable<RunConfig['web']>['balance'];

const NGINX: Trial['processes'][number] = {
  ...{ kind: 'web', name: 'nginx', cpuSeconds: 0.6, cores: 0.3, rssBytes: 7.5e6, workers: 2 },
};

/** 27.5 µs in nginx for each request, whatever the rest. */
function behindNginx(trial: Trial): Trial {
  return {
    ...trial,
    cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, web: 27.5 },
    rssBytes: { ...trial.rssBytes, web: 7.5e6 },
    processes: [...trial.processes, NGINX],
  };
}

function webResult(balance: Balance, model: Model = {}): Result {
  return makeResult({
    ...{ workloads: ['me'], instances: [2], web: { balance } },
    ...model,
    trial: (trial) => behindNginx(model.trial ? model.trial(trial) : trial),
    result: (result) => ({
      ...result,
      environment: {
        ...result.environment,
        web: { version: '1.26.3', startedBy: 'nginx on PATH', workers: 2 },
      },
    }),
  });
}

/** With 2 instances, half of the answers are 401. */
const REFUSED = (trial: Trial): Trial =>
  invalidate(
    ({ variant }) => variant === 'session-memory',
    'unexpected answers: status 401 x 500',
    'unexpected-answers',
  )({
    ...trial,
    ...(trial.variant === 'session-memory' && {
      requests: 1000,
      statuses: { '200': 500, '401': 500 },
    }),
  });

describe('a run behind a web tier', () => {
  it('has the tier in the tables of cost and memory, and in the chart', () => {
    const markdown = renderMarkdown(webResult('round-robin'));
    expect(markdown).to.match(/\| Web tier +\| Application/);
    expect(markdown).to.match(/\| 27\.5 +\|/);
    expect(markdown).to.match(/\| 7\.50 +\|/);
    expect(markdown).to.include('nginx 1.26.3, nginx on PATH, 2 workers, round robin');
    expect(markdown).to.include('27.5 µs in nginx with');
    const html = renderHtml(webResult('round-robin'));
    expect(html).to.include('Web tier 27.5');
    expect(html).not.to.match(/NaN|undefined/);
  });

  it('says nothing of a tier where there was none', () => {
    const markdown = renderMarkdown(makeResult());
    expect(markdown).not.to.match(/\| Web tier +\| Application/);
    expect(markdown).not.to.match(/nginx \d/);
    expect(markdown).to.include('no TLS and no proxy');
  });

  it('counts it among the servers, unknown as soon as it is unknown', () => {
    const cpu = makeTrial().cpuMicrosecondsPerRequest;
    const totalWith = (web: { web?: number | null }) =>
      serverCpuMicroseconds(makeTrial({ cpuMicrosecondsPerRequest: { ...cpu, ...web } }));
    expect(totalWith({})).to.equal(67);
    expect(totalWith({ web: 27.5 })).to.equal(94.5);
    expect(totalWith({ web: null })).to.equal(null);
  });

  it('takes it for the limit when its workers use all they can', () => {
    const limitWith = (cores: number) =>
      limitOf(makeTrial({ processes: [{ ...NGINX, cores }] })).code;
    expect(limitWith(1.7)).to.equal('none');
    expect(limitWith(1.85)).to.equal('web');
  });

  it('has a column of its own in the table of trials, after the older ones', () => {
    const [header = '', row = ''] = renderTrialsCsv(webResult('sticky')).split('\r\n');
    const column = header.split(',').indexOf('cpuMicrosecondsPerRequest.web');
    expect(column).to.equal(header.split(',').indexOf('cpuMicrosecondsPerRequest.authority') + 1);
    expect(row.split(',')[column]).to.equal('27.5');
  });
});

describe('sessions that are lost behind a web tier', () => {
  const LOST: Model = { strategies: ['session-memory', 'jwt'], trial: REFUSED };
  const about = (result: Result) =>
    findingsOf(result)
      .filter(({ topic, text }) => topic === 'state' && text.includes('401'))
      .map(({ text }) => text);

  it('are the finding, in plain words: whose, why, how many, and what to do', () => {
    const [text = '', ...others] = about(webResult('round-robin', LOST));
    expect(others).to.deep.equal([]);
    expect(text)
      .to.include('session-memory keeps a login in the memory of the instance')
      .and.include('nginx (round robin) sent the requests that followed to the other instances')
      .and.include('with 2 instances, 50 % of the requests were answered 401')
      .and.include('`--balance sticky`');
    const markdown = renderMarkdown(webResult('round-robin', LOST));
    expect(markdown).to.include('state in one instance breaks when instances are added');
  });

  it('are not spoken of where none was refused', () => {
    expect(about(webResult('sticky', { strategies: ['session-memory', 'jwt'] }))).to.deep.equal([]);
  });

  it('are not named as the reason where a strategy shares its state, or nothing stood before it', () => {
    const shared: Model = {
      trial: (trial) => ({ ...trial, statuses: { '200': 1, '401': 1 }, requests: 2 }),
    };
    expect(about(webResult('round-robin', shared))).to.deep.equal([]);
    expect(about(makeResult(LOST))).to.deep.equal([]);
  });
});
