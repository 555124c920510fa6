import { expect } from 'chai';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from './fixture.js';

describe('a report of a run whose order was shuffled', () => {
  it('says the same as one whose order was not', () => {
    const result = makeResult();
    const turned = {
      ...result,
      config: { ...result.config, order: [...result.config.order].reverse() },
    };
    expect(renderSummary(turned)).to.equal(renderSummary(result));
    expect(renderSummary(turned)).to.include('than session');
  });
});
