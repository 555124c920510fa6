import { expect } from 'chai';
import {
  flawsOf,
  judgeWindow,
  type SeenWindow,
} from '../../../../bench/experiments/load-url/judge-window.js';

/** 10 connections, 1,000 requests/s of 10 ms each, as Little's law has it. */
function seen(changes: Partial<SeenWindow> = {}): SeenWindow {
  return {
    connections: 10,
    seconds: 1,
    requests: 1000,
    throughputRps: 1000,
    latencyMs: { mean: 10, p50: 10, p90: 11, p95: 12, p99: 15, p999: 20, max: 25 },
    failures: 0,
    firstFailure: null,
    generatorCores: 0.5,
    unexpectedStatuses: {},
    waitsMs: Array(10).fill(5),
    slicesRps: [990, 1000, 1010],
    ...changes,
  };
}

const codes = (window: SeenWindow) => judgeWindow(window).map(({ code }) => code);
const flaws = (window: SeenWindow) => flawsOf({ breaches: judgeWindow(window) });

describe('judgeWindow', () => {
  it('finds nothing in a window as it should be', () => {
    expect(codes(seen())).to.deep.equal([]);
  });

  it("breaks Little's law where connections sat idle, or answers were counted twice", () => {
    expect(codes(seen({ throughputRps: 900 }))).to.deep.equal(['littles-law']);
    expect(codes(seen({ throughputRps: 2000 }))).to.deep.equal(['littles-law']);
  });

  it('allows each connection one request on an edge of the window', () => {
    const longest = { mean: 10, p50: 10, p90: 11, p95: 12, p99: 15, p999: 20, max: 120 };
    expect(codes(seen({ throughputRps: 900, latencyMs: longest }))).to.deep.equal([]);
    expect(codes(seen({ throughputRps: 900, waitsMs: [120] }))).to.deep.equal([]);
    expect(codes(seen({ throughputRps: 870, waitsMs: [120] }))).to.deep.equal(['littles-law']);
  });

  it('names requests that were left without an answer', () => {
    expect(codes(seen({ waitsMs: [500] }))).to.deep.equal([]);
    expect(flaws(seen({ waitsMs: [501, 700, 5] }))).to.deep.equal([
      'the server left 2 requests without an answer for up to 0.700 s',
    ]);
  });

  it('calls failures, refusals and an empty window no measurement, the cause first', () => {
    expect(flaws(seen({ failures: 1, firstFailure: 'x', throughputRps: 800 }))[0]).to.include(
      '1 connection error (first: x)',
    );
    expect(flaws(seen({ unexpectedStatuses: { 503: 2 } }))).to.have.lengthOf(1);
    expect(codes(seen({ requests: 0, throughputRps: 0, latencyMs: null }))).to.deep.equal([
      'nothing-measured',
    ]);
  });

  it('believes what was counted while the load generator was the limit, or the machine disturbed', () => {
    const window = seen({ generatorCores: 0.97, slicesRps: [500, 1000, 1500] });
    expect(codes(window)).to.deep.equal(['load-generator-limit', 'not-steady']);
    expect(flaws(window)).to.deep.equal([]);
  });
});
