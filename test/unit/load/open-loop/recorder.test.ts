import { expect } from 'chai';
import { createOpenLoopRecorder } from '../../../../bench/load/open-loop/recorder.js';
import { mergeHistograms } from '../../../../bench/statistics/latency-histogram.js';

/** A window from 1000 to 2000 ms, and a request every 100 ms from 900 on. */
const ORDER = {
  workload: 'me',
  posts: { firstId: 1, lastId: 1 },
  seed: 1,
  windowFromMs: 1000,
  windowToMs: 2000,
  slices: 2,
  place: { worker: 0, workers: 1 },
};
const PLANNED = [900, 1000, 1100, 1200, 1300, 1400, 1500, 1600, 1700, 1800, 1900, 2000];
const OFFERED = { arrivals: 'constant', rateRps: 10 } as const;

function recorder() {
  return createOpenLoopRecorder(ORDER, OFFERED, PLANNED, [200]);
}

type Recorder = ReturnType<typeof recorder>;

function serve(record: Recorder, index: number, tookMs: number, lateMs = 0, status = 200): void {
  const noticedMs = (PLANNED[index] as number) + lateMs;
  record.onNoticed(index, noticedMs);
  record.onSent(index);
  record.onAnswer(index, noticedMs + tookMs, status, 0);
}

function percentileMs(histogram: string, percentile: number): number {
  return mergeHistograms([histogram]).getValueAtPercentile(percentile) / 1000;
}

describe('the record of an open loop', () => {
  it('takes latency from the plan, for the requests planned inside the window', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) serve(record, index, 20, 5);
    const report = record.report(2100, []);
    expect(report.openLoop).to.include({ planned: 10, sent: 10, late: 10, inFlightAtEnd: 0 });
    expect(report.latencySumMs).to.be.closeTo(10 * 25, 1e-6);
    expect(percentileMs(report.histogram, 50)).to.be.closeTo(25, 0.1);
    expect(percentileMs(report.openLoop?.lateness ?? '', 50)).to.be.closeTo(5, 0.01);
    expect(report.requestsSinceStart).to.equal(12);
  });

  it('calls late only what the sender got to more than 1 ms after the plan', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) serve(record, index, 3, index === 4 ? 1.5 : 0.9);
    expect(record.report(2100, []).openLoop?.late).to.equal(1);
  });

  it('counts as throughput what was answered inside the window, whenever it was planned', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) serve(record, index, 150);
    const report = record.report(2200, []);
    // Planned at 900 and answered at 1050, up to planned at 1800 and answered at 1950.
    expect(report.requests).to.equal(10);
    expect(report.requestsPerSlice).to.deep.equal([5, 5]);
    expect(mergeHistograms([report.histogram]).totalCount).to.equal(10);
  });

  it('holds a request that was never answered for as late as the end of the trial', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) {
      record.onNoticed(index, PLANNED[index] as number);
      if (index < 6) record.onSent(index);
    }
    expect(record.unanswered()).to.equal(10);
    const report = record.report(4000, []);
    expect(report.openLoop).to.include({ planned: 10, sent: 5, inFlightAtEnd: 10 });
    expect(percentileMs(report.histogram, 0)).to.be.closeTo(2100, 3);
    expect(percentileMs(report.histogram, 100)).to.be.closeTo(3000, 3);
    // One more in the system every 100 ms: from 2 (that of 900 and that of 1000) to 11.
    expect(report.openLoop?.meanInSystem).to.be.closeTo(6.5, 1e-9);
    expect(report.openLoop?.meanInSystemByLatency).to.be.closeTo(6.5, 1e-9);
  });

  it('counts requests in the system in two ways that agree', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) serve(record, index, 40 + index, 2);
    const { meanInSystem, meanInSystemByLatency } = record.report(2100, []).openLoop ?? {};
    expect(meanInSystem).to.be.closeTo(0.455, 1e-9);
    expect(meanInSystemByLatency).to.be.closeTo(0.455, 1e-9);
  });

  it('finds an answer that was counted twice', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) serve(record, index, 40);
    record.onAnswer(3, 1250, 200, 0);
    const { meanInSystem, meanInSystemByLatency } = record.report(2100, []).openLoop ?? {};
    expect(meanInSystem).to.not.be.closeTo(meanInSystemByLatency as number, 0.02);
  });

  it('keeps failures out of the latencies and in the counts', () => {
    const record = recorder();
    for (const index of PLANNED.keys()) {
      if (index !== 5) serve(record, index, 10, 0, index === 6 ? 503 : 200);
    }
    record.onNoticed(5, 1400);
    record.onSent(5);
    record.onFailure(5, 1401, new Error('reset'), true);
    const report = record.report(2100, []);
    expect(report).to.deep.include({
      errors: 1,
      timeouts: 1,
      firstError: 'reset',
      unexpectedStatuses: { 503: 1 },
    });
    expect(report.openLoop?.inFlightAtEnd).to.equal(0);
    expect(mergeHistograms([report.histogram]).totalCount).to.equal(9);
  });

  it('plans nothing after a load that was ended early', () => {
    const record = recorder();
    for (const index of [0, 1, 2]) serve(record, index, 10);
    expect(record.report(1150, []).openLoop).to.include({ planned: 2, sent: 2, inFlightAtEnd: 0 });
  });
});
