import { expect } from 'chai';
import { paceOfOthers } from '../../../bench/measure/pace.js';

describe('pace of a block', () => {
  it('of a variant is that of the others, 1 on average', () => {
    const paces = paceOfOthers([
      [100, 300],
      [10, 20],
      [40, 20],
    ]);
    expect(paces[0]).to.deep.equal([(10 / 15 + 40 / 30) / 2, (20 / 15 + 20 / 30) / 2]);
    expect(paces[1]?.[0]).to.be.closeTo((0.5 + 4 / 3) / 2, 1e-12);
  });

  it('is unknown without others, and a variant that answered nothing tells nothing', () => {
    expect(paceOfOthers([[5, 6]])).to.deep.equal([null]);
    expect(paceOfOthers([[5, 5], [0, 0], []])[0]).to.equal(null);
  });
});
