import { expect } from 'chai';
import type { RunConfig } from '../../../bench/model/result-schema.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { makeResult } from './fixture.js';

const WORKLOADS = ['me', 'mixed'];

function reportOf(connections: Record<string, number>, more: Partial<RunConfig> = {}): string {
  return renderMarkdown(
    makeResult({
      workloads: WORKLOADS,
      trial: (trial) => ({ ...trial, connections: connections[trial.workload] ?? 0 }),
      result: (made) => ({ ...made, config: { ...made.config, ...more } }),
    }),
  );
}

describe('the load, in a report', () => {
  it('is a closed loop of the connections that were there', () => {
    expect(reportOf({ me: 100, mixed: 100 })).to.include('a closed loop of 100 connections:');
  });

  it('names the connections of each workload where they differ', () => {
    expect(reportOf({ me: 100, mixed: 8 })).to.include('100 on me; 8 on mixed:');
  });

  it('is a plan where requests were sent by one', () => {
    const report = reportOf(
      { me: 100, mixed: 100 },
      { offered: { rateRps: 400, arrivals: 'poisson' } },
    );
    expect(report).to.include('a plan of 400 a second');
    expect(report).to.not.include('The load was a closed loop');
  });
});
