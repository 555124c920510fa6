import { expect } from 'chai';
import {
  describeWindows,
  notesOn,
} from '../../../../bench/experiments/load-url/describe-windows.js';
import type { UrlWindow } from '../../../../bench/experiments/load-url/url-window.js';

function window(changes: Partial<UrlWindow> = {}): UrlWindow {
  return {
    requests: 5000,
    throughputRps: 1000,
    latencyMs: { mean: 5, p50: 4.5, p90: 9, p95: 10, p99: 12, p999: 13, max: 14 },
    statuses: { 200: 5000 },
    failures: 0,
    firstFailure: null,
    generatorCores: 0.4,
    serverCpuMicroseconds: 31.4,
    busyShare: 0.6,
    answers: 5100,
    announcedCloses: 0,
    silentCloses: 0,
    interim: {},
    breaches: [],
    ...changes,
  };
}

describe('describeWindows', () => {
  it('has a line for each window', () => {
    const lines = describeWindows([window(), window({ throughputRps: 1100, requests: 5500 })]);
    expect(lines[0]).to.match(/window\s+requests\/s\s+p50 ms\s+p99 ms\s+server CPU µs\s+answers/);
    expect(lines[2]).to.match(/1\s+1,000\s+4\.50\s+12\.0\s+31\.4\s+5,000 x 200/);
    expect(lines[3]).to.match(/2\s+1,100\s+/);
  });

  it('shows a window without an answer as such', () => {
    const silent = window({
      requests: 0,
      throughputRps: 0,
      latencyMs: null,
      statuses: {},
      serverCpuMicroseconds: null,
    });
    expect(describeWindows([silent])[2]).to.match(/1\s+0\s+–\s+–\s+–\s+none/);
  });
});

describe('notesOn', () => {
  it('says how far apart the windows are, as a share of their median', () => {
    const windows = [900, 1000, 1150].map((throughputRps) => window({ throughputRps }));
    expect(notesOn(windows)).to.deep.equal([
      'Median 1,000 requests/s; from the lowest window to the highest 25 %. A smaller difference between two servers says nothing.',
    ]);
  });

  it('takes the middle one as the median, whatever their order', () => {
    const windows = [1150, 900, 1000].map((throughputRps) => window({ throughputRps }));
    expect(notesOn(windows)[0]).to.include('Median 1,000');
  });

  it('names a load generator that was the limit, from the most busy window', () => {
    const notes = notesOn([window(), window({ generatorCores: 0.97 })]);
    expect(notes.at(-1)).to.include('The load generator used 97 % of a core');
    expect(notesOn([window({ generatorCores: 0.9 })])).to.be.empty;
  });

  it('names cores that are all busy', () => {
    expect(notesOn([window({ busyShare: 0.95 })])[0]).to.include('95 % busy');
  });

  it('calls refusals and failures no measurement', () => {
    const notes = notesOn([
      window({ statuses: { 200: 1, 401: 7, 503: 2 } }),
      window({ failures: 3, firstFailure: 'request timed out' }),
    ]).join('\n');
    expect(notes).to.include('status 401, 503');
    expect(notes).to.include('3 requests had no answer (first: request timed out)');
  });

  it('says nothing of cores where the system does not tell', () => {
    expect(notesOn([window({ generatorCores: null, busyShare: null })])).to.be.empty;
  });
});
