import type autocannon from 'autocannon';
import { expect } from 'chai';
import { createRecorder } from '../../../bench/load/closed-loop/recorder.js';
import type { WorkerReport } from '../../../bench/load/messages.js';
import { createReportSum } from '../../../bench/load/sum-reports.js';
import { seededRandom } from '../../../bench/model/random.js';
import { mergeHistograms } from '../../../bench/statistics/latency-histogram.js';

/** Latencies as servers have them: most near 2 ms, some a hundred times as long. */
function latenciesOf(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: count },
    () => Math.round(2000 * Math.exp(3 * (random() ** 3 - 0.2))) / 1000,
  );
}

const CLIENT = {} as autocannon.Client;
const ALWAYS = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, untilMs: Number.MAX_SAFE_INTEGER };

function recording() {
  const recorder = createRecorder([200]);
  recorder.adopt(CLIENT, 1, { sentBytes: () => 0, receivedBytes: () => 0 });
  recorder.begin({ ...ALWAYS, slices: 1, measured: true });
  return {
    record: (latencyMs: number) =>
      recorder.onResponse(CLIENT, latencyMs > 50 ? 503 : 200, 0, latencyMs),
    report: () => recorder.report([]),
  };
}

/** What one process records of all latencies, at its end. */
function atOnce(latencies: readonly number[]): WorkerReport {
  const one = recording();
  for (const each of latencies) one.record(each);
  return one.report();
}

describe('a report in parts', () => {
  const latencies = latenciesOf(50_000, 7);

  it('adds up to what one process has recorded of the same load, bucket by bucket', () => {
    const random = seededRandom(8);
    const workers = [recording(), recording(), recording()];
    const sum = createReportSum();
    for (const latency of latencies) {
      const worker = workers[Math.floor(random() * workers.length)];
      worker?.record(latency);
      // Parts of any length, empty ones too.
      if (random() < 0.001) sum.add(worker?.report() as WorkerReport);
      if (random() < 0.0005) sum.add(worker?.report() as WorkerReport);
    }
    for (const worker of workers) sum.add(worker.report());
    const [whole, parts] = [atOnce(latencies), sum.report()];
    expect(parts.histogram).to.equal(whole.histogram);
    for (const name of [
      ...(['requests', 'requestsSinceStart', 'statuses', 'unexpectedStatuses'] as const),
      ...(['requestsPerInstance', 'requestsPerSlice', 'errors', 'wire'] as const),
    ]) {
      expect(parts[name], name).to.deep.equal(whole[name]);
    }
    // Numbers that are no whole ones: in another order the last digit differs.
    expect(parts.latencySumMs).to.be.closeTo(whole.latencySumMs, whole.latencySumMs * 1e-9);
    expect(sum.answered()).to.equal(latencies.length);
  });

  it('loses nothing of the reports of many workers when they are merged again', () => {
    const shares = [0, 1, 2, 3].map((worker) =>
      latencies.filter((_, index) => index % 4 === worker),
    );
    const merged = mergeHistograms(shares.map((share) => atOnce(share).histogram));
    const whole = mergeHistograms([atOnce(latencies).histogram]);
    for (const percentile of [1, 50, 90, 99, 99.9, 99.99, 100]) {
      expect(merged.getValueAtPercentile(percentile)).to.equal(
        whole.getValueAtPercentile(percentile),
      );
    }
    expect(merged.totalCount).to.equal(latencies.length);
  });

  it('tells each request once: what was told is not told again', () => {
    const one = recording();
    one.record(1);
    expect(one.report()).to.include({ requests: 1, requestsSinceStart: 1 });
    expect(one.report()).to.include({ requests: 0, requestsSinceStart: 0, latencySumMs: 0 });
    one.record(60);
    expect(one.report().unexpectedStatuses).to.deep.equal({ 503: 1 });
    expect(one.report().unexpectedStatuses).to.deep.equal({});
  });

  it('keeps the first error, and what is known at the end only', () => {
    const sum = createReportSum();
    const part = atOnce([1]);
    sum.add({ ...part, firstError: null });
    sum.add({ ...part, firstError: 'refused', errors: 1 });
    sum.add({ ...part, firstError: 'later', leftovers: [{ path: '/posts/1', connection: 3 }] });
    expect(sum.report()).to.deep.include({
      firstError: 'refused',
      errors: 1,
      leftovers: [{ path: '/posts/1', connection: 3 }],
    });
  });
});
