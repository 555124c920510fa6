import { expect } from 'chai';
import { viewOf } from '../../../bench/report/view.js';
import { makeResult } from './fixture.js';

describe('a strategy beside itself', () => {
  const view = (variables: Record<string, Record<string, string>>) => {
    const result = makeResult({ strategies: ['session', 'session'] });
    return viewOf({ ...result, config: { ...result.config, variables } });
  };

  it('is the noise floor while both sides are the same program', () => {
    expect(view({}).sameStrategyPairs).to.have.length(1);
    expect(view({}).mainPairs).to.deep.equal([]);
    const alike = { session: { LOG_LEVEL: 'info' }, 'session#2': { LOG_LEVEL: 'info' } };
    expect(view(alike).sameStrategyPairs).to.have.length(1);
  });

  it('is a comparison like any other where one side has variables of its own', () => {
    const busy = view({ 'session#2': { INJECT_BUSY_MICROSECONDS: '3' } });
    expect(busy.sameStrategyPairs).to.deep.equal([]);
    expect(busy.mainPairs.map(({ candidate }) => candidate)).to.deep.equal(['session#2']);
  });
});
