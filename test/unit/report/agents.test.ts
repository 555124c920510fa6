import { expect } from 'chai';
import type { Result } from '../../../bench/model/result-schema.js';
import { agentRows, lostAgents, sourceOfLoad } from '../../../bench/report/agents-in-words.js';
import { renderReports } from '../../../bench/report/render-reports.js';
import { makeResult } from './fixture.js';

const AGENT = {
  ...{ version: '0.1.0', node: 'v22.0.0', platform: 'linux x64', cores: 8, memoryBytes: 16e9 },
  ...{ loadWorkers: 7, clockOffsetMs: -12.3, clockUncertaintyMs: 0.4, roundTripMs: 0.8 },
};
const SENT = { requests: 5, eventLoopUtilization: 0.5, lateStarts: 0, clockUncertaintyMs: 1 };

function withAgents(names: readonly string[], lost?: string): Result {
  const result = makeResult({ rounds: 2 });
  const agents = names.map((name) => ({ name, ...SENT, ...(name === lost && { lost: 'gone' }) }));
  return {
    ...result,
    config: { ...result.config, agents: 2, loadWorkers: 14 },
    environment: {
      ...result.environment,
      agents: ['east', 'west'].map((name) => ({ name, ...AGENT })),
    },
    trials: result.trials.map((trial, index) =>
      index === 0 ? { ...trial, agents } : { ...trial, agents: agents.slice(0, 2) },
    ),
  };
}

describe('a report', () => {
  it('says where the load came from', () => {
    const result = withAgents(['east', 'west']);
    expect(sourceOfLoad(result, 'of its own')).to.match(
      /^14 processes on 2 other machines \(the agents east and west\)/,
    );
    expect(sourceOfLoad(makeResult({ rounds: 2 }), 'of its own')).to.match(/ of its own$/);
    const [, row] = agentRows(result.environment)[0] as [string, string];
    expect(row).to.match(
      /8 cores; 16\.0 GB; linux x64; Node\.js v22\.0\.0; 7 load workers; clock .12/,
    );
    const texts = renderReports(result).map(({ text }) => text);
    for (const text of texts.slice(0, 2)) expect(text).to.include('Agent east');
  });

  it('says how many trials had fewer agents than the run, and nothing where none had', () => {
    expect(lostAgents(withAgents(['east', 'west']))).to.equal(null);
    expect(lostAgents(makeResult({ rounds: 2 }))).to.equal(null);
    const { trials } = withAgents(['east']);
    expect(lostAgents(withAgents(['east']))).to.include(
      `${trials.length} trials of ${trials.length} had fewer than 2`,
    );
    expect(lostAgents(withAgents(['east', 'west'], 'west'))).to.match(/lost in the middle/);
  });
});
