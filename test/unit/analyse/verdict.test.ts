import { expect } from 'chai';
import { verdictFor } from '../../../bench/analyse/compare.js';

const EQUIVALENCE_MARGIN = 0.05;

describe('verdict', () => {
  it('names the candidate faster when a higher-is-better metric lies above 1', () => {
    expect(verdictFor('higher', [1.1, 1.2], [1.05, 1.25], EQUIVALENCE_MARGIN)).to.equal('faster');
  });

  it('names the candidate slower when a lower-is-better metric lies above 1', () => {
    expect(verdictFor('lower', [1.1, 1.2], [1.05, 1.25], EQUIVALENCE_MARGIN)).to.equal('slower');
  });

  it('turns both words round below 1', () => {
    expect(verdictFor('higher', [0.8, 0.9], [0.75, 0.95], EQUIVALENCE_MARGIN)).to.equal('slower');
    expect(verdictFor('lower', [0.8, 0.9], [0.75, 0.95], EQUIVALENCE_MARGIN)).to.equal('faster');
  });

  it('is unsure when only the plain interval does not include 1', () => {
    expect(verdictFor('higher', [1.02, 1.2], [0.98, 1.25], EQUIVALENCE_MARGIN)).to.equal('unsure');
  });

  it('is unsure when the interval holds both 1 and more than the equivalence margin', () => {
    expect(verdictFor('higher', [0.9, 1.2], [0.8, 1.3], EQUIVALENCE_MARGIN)).to.equal('unsure');
  });

  it('calls a difference equal when it is sure but too small to matter', () => {
    expect(verdictFor('higher', [1.01, 1.03], [1.005, 1.04], EQUIVALENCE_MARGIN)).to.equal('equal');
  });

  it('draws the lower edge of the margin at 1/1.05, not at 0.95', () => {
    expect(verdictFor('higher', [1 / 1.05, 1], [0.94, 1.01], EQUIVALENCE_MARGIN)).to.equal('equal');
    expect(verdictFor('higher', [0.951, 1], [0.94, 1.01], EQUIVALENCE_MARGIN)).to.equal('unsure');
  });

  it('is unsure without repeats', () => {
    expect(verdictFor('higher', null, null, EQUIVALENCE_MARGIN)).to.equal('unsure');
  });
});
