import { expect } from 'chai';
import type { Environments } from '../../../bench/model/variant.js';
import { viewOf } from '../../../bench/report/view.js';
import { makeResult } from './fixture.js';

describe('a strategy beside itself', () => {
  const view = (environments: Environments) =>
    viewOf(makeResult({ strategies: ['session', 'session'], environments }));

  it('is the noise floor while both variants are the same program', () => {
    expect(view({}).sameProgramPairs).to.have.length(1);
    expect(view({}).mainPairs).to.deep.equal([]);
    const alike = { session: { LOG_LEVEL: 'info' }, 'session#2': { LOG_LEVEL: 'info' } };
    expect(view(alike).sameProgramPairs).to.have.length(1);
  });

  it('is a comparison like any other where one variant has variables of its own', () => {
    const busy = view({ 'session#2': { INJECT_BUSY_MICROSECONDS: '3' } });
    expect(busy.sameProgramPairs).to.deep.equal([]);
    expect(busy.mainPairs.map(({ candidate }) => candidate)).to.deep.equal(['session#2']);
  });
});
