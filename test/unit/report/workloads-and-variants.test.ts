import { expect } from 'chai';
import { describedWorkloads } from '../../../bench/load/workloads/registry.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from './fixture.js';

const ENVIRONMENTS = { 'session#2': { PREDICTION: 'threads' }, 'jwt#2': { PREDICTION: 'server' } };

function withVariables(strategies: string[]) {
  return makeResult({
    ...{ strategies, workloads: ['me'], instances: [1] },
    environments: ENVIRONMENTS,
  });
}

describe('workloads in a report', () => {
  it('are said in a sentence each, from the result alone', () => {
    const result = makeResult({
      workloads: ['me'],
      instances: [1],
      result: (made) => ({ ...made, workloads: describedWorkloads(['me']) }),
    });
    const sentence = 'GET /me: authentication alone, no database';
    expect(renderMarkdown(result)).to.include(`| \`me\` | ${sentence} |`);
    expect(renderSummary(result)).to.include(`me: ${sentence}.`);
  });

  it('are left out where an old result does not keep them', () => {
    expect(renderMarkdown(makeResult())).not.to.include(
      'what each connection asks for, again and again.\n',
    );
  });
});

describe('variants of a strategy in a report', () => {
  const five = withVariables(['session', 'session', 'jwt', 'jwt', 'jwt']);

  it('are counted in the title', () => {
    expect(renderMarkdown(five)).to.match(/^# 2 strategies in 5 variants, compared/);
    expect(renderMarkdown(withVariables(['session', 'session']))).to.match(
      /^# session in 2 variants, compared/,
    );
    expect(renderMarkdown(makeResult({ strategies: ['session', 'session'] }))).to.match(
      /^# session against itself, measured/,
    );
  });

  it('are explained where they are first named, and below the table of the terminal', () => {
    expect(renderMarkdown(five)).to.include(
      'The same API was run with session, session#2 (PREDICTION=threads), jwt, jwt#2 (PREDICTION=server) and jwt#3 (the same program as jwt).',
    );
    expect(renderSummary(five)).to.include(
      'session#2: PREDICTION=threads; jwt#2: PREDICTION=server; jwt#3: the same program as jwt',
    );
  });

  it('repeat no description', () => {
    const text = renderMarkdown(withVariables(['session', 'session']));
    expect(text).to.match(/run with session \([^()]+\) and session#2 \(PREDICTION=threads\)\./);
  });
});
