import { expect } from 'chai';
import { serverCpuMicroseconds } from '../../../bench/analyse/metrics.js';
import { warningsOf } from '../../../bench/analyse/warnings.js';
import type { Trial } from '../../../bench/model/result-schema.js';
import { variantsOf } from '../../../bench/model/variant.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { makeResult } from './fixture.js';

const latencyMs = { mean: 2, p50: 1.5, p90: 3, p95: 4, p99: 12.5, p999: 20, max: 30 };

/** The second variant has a prediction server; both say how their event loops fared. */
const result = makeResult({
  strategies: ['session', 'session'],
  environments: { 'session#2': { PREDICTION: 'server' } },
  workloads: ['mixed'],
  instances: [1],
  trial: (trial) => {
    const isServer = trial.variant === 'session#2';
    const described: Trial = {
      ...trial,
      latencyByRequest: [
        { request: 'GET /me', requests: 4900, latencyMs, histogram: '' },
        { request: 'POST /predictions', requests: 100, latencyMs: null, histogram: '' },
      ],
      eventLoop: {
        samples: 600,
        delayMs: { p50: 0.5, p99: isServer ? 1.25 : 6.75, max: 9 },
        utilization: 0.42,
      },
    };
    if (!isServer) return described;
    return {
      ...described,
      cpuMicrosecondsPerRequest: { ...trial.cpuMicrosecondsPerRequest, prediction: 85 },
      rssBytes: { ...trial.rssBytes, prediction: 66e6 },
      processes: [
        ...trial.processes,
        {
          kind: 'prediction',
          name: 'prediction-server',
          cpuSeconds: 1,
          cores: 0.4,
          rssBytes: 66e6,
        },
      ],
    };
  },
});
const render = () => renderMarkdown(result);

describe('a report of a run with predictions', () => {
  it('counts the CPU time of the prediction server as that of a server, and shows it apart', () => {
    const [trial] = result.trials.filter(({ variant }) => variant === 'session#2');
    const { application, redis, postgres } = trial?.cpuMicrosecondsPerRequest ?? {};
    expect(serverCpuMicroseconds(trial as Trial)).to.be.closeTo(
      (application ?? 0) + (redis ?? 0) + (postgres ?? 0) + 85,
      1e-6,
    );
    expect(render()).to.include('Prediction server').and.to.include('85.0');
    expect(renderTrialsCsv(result)).to.include('cpuMicrosecondsPerRequest.prediction');
  });

  it('gives no total when the prediction server was not measured', () => {
    const trial = result.trials.find(({ variant }) => variant === 'session#2') as Trial;
    const unknown = { ...trial.cpuMicrosecondsPerRequest, prediction: null };
    expect(serverCpuMicroseconds({ ...trial, cpuMicrosecondsPerRequest: unknown })).to.equal(null);
  });

  it('shows latencies apart for each kind of request, and – where there is none', () => {
    const lines = render().split('\n');
    const me = lines.find((line) => line.includes('`GET /me`'));
    expect(me).to.include('14,700').and.to.include('12.5').and.to.include('30.0');
    const predictions = lines.find((line) => line.includes('`POST /predictions`'));
    expect(predictions).to.include('300').and.to.include('–');
  });

  it('shows the delay of the event loop of each variant', () => {
    const text = render();
    expect(text).to.include('Delay of the event loop');
    expect(text).to.include('6.75').and.to.include('1.25').and.to.include('42 %');
  });

  it('says nothing of all that for a run without', () => {
    const text = renderMarkdown(makeResult());
    for (const words of ['Delay of the event loop', 'Prediction server', 'Apart for each kind']) {
      expect(text).to.not.include(words);
    }
  });

  it('counts the prediction server among the processes that want a core', () => {
    const crowded = (made: typeof result) =>
      warningsOf({ ...made, environment: { ...made.environment, cores: 7 } }).some(
        ({ code }) => code === 'more-processes-than-cores',
      );
    // An instance, four shards, two stores: seven, and the eighth.
    expect(crowded(result)).to.equal(true);
    const variants = variantsOf(['session', 'session']);
    expect(crowded({ ...result, config: { ...result.config, variants } })).to.equal(false);
  });
});
