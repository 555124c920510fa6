import { expect } from 'chai';
import { createDelayLine } from '../../../bench/network/delay-line.js';

describe('a delay line', () => {
  let nowMs = 0;
  const happened: string[] = [];
  const line = createDelayLine(2, () => nowMs);

  beforeEach(() => {
    nowMs = 0;
    happened.length = 0;
  });

  it('lets things happen after their time, in the order in which they came', () => {
    line.put(() => happened.push('first'));
    nowMs = 1;
    line.put(() => happened.push('second'));
    expect(line.release()).to.equal(2);
    expect(happened).to.deep.equal([]);
    nowMs = 2;
    expect(line.release(), 'when the next is due').to.equal(3);
    expect(happened).to.deep.equal(['first']);
    nowMs = 9;
    expect(line.release()).to.equal(null);
    expect(happened).to.deep.equal(['first', 'second']);
  });

  it('keeps what is put in while others happen', () => {
    line.put(() => line.put(() => happened.push('later')));
    nowMs = 2;
    expect(line.release()).to.equal(4);
    nowMs = 4;
    expect(line.release()).to.equal(null);
    expect(happened).to.deep.equal(['later']);
  });
});
