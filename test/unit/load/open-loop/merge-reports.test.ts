import { expect } from 'chai';
import type { OpenLoopReport, WorkerReport } from '../../../../bench/load/messages.js';
import { openLoopPart } from '../../../../bench/load/open-loop/merge-reports.js';
import {
  createLatencyHistogram,
  encodeHistogram,
} from '../../../../bench/statistics/latency-histogram.js';

function latenessOf(...microseconds: number[]): string {
  const histogram = createLatencyHistogram();
  for (const value of microseconds) histogram.recordValue(value);
  return encodeHistogram(histogram);
}

const PART: OpenLoopReport = {
  offered: { arrivals: 'poisson', rateRps: 500 },
  planned: 100,
  sent: 99,
  late: 2,
  lateAfterMs: 1,
  inFlightAtEnd: 3,
  lateness: latenessOf(1, 3),
  meanInSystem: 4,
  meanInSystemByLatency: 4.1,
};

function report(openLoop?: OpenLoopReport): WorkerReport {
  return { ...({} as WorkerReport), ...(openLoop && { openLoop }) };
}

describe('reports of open-loop senders', () => {
  it('add up over senders and windows, but for the rate, which is that of all together', () => {
    const windows = [report(PART), report(PART), report(PART), report(PART)];
    expect(openLoopPart(windows, 2).openLoop).to.deep.equal({
      arrivals: 'poisson',
      offeredRps: 500,
      planned: 400,
      sent: 396,
      late: 8,
      lateAfterMs: 1,
      latestMs: 0.003,
      inFlightAtEnd: 12,
      // Two senders at a time: 4 each, in each of two windows.
      meanInSystem: 8,
      meanInSystemByLatency: 8.2,
    });
  });

  it('say nothing of a closed loop', () => {
    expect(openLoopPart([report()], 1)).to.deep.equal({});
  });
});
