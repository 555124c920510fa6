import { expect } from 'chai';
import { createFifo } from '../../../../bench/load/open-loop/fifo.js';

describe('a queue', () => {
  it('gives back what came first, also across many pushes and shifts', () => {
    const queue = createFifo<number>([0, 1]);
    let pushed = 2;
    let expected = 0;
    for (let turn = 0; turn < 3000; turn++) {
      queue.push(pushed++);
      queue.push(pushed++);
      expect(queue.shift()).to.equal(expected++);
    }
    expect(queue.length).to.equal(pushed - expected);
    while (queue.length > 0) expect(queue.shift()).to.equal(expected++);
    expect(expected).to.equal(pushed);
    expect(queue.shift()).to.equal(undefined);
  });
});
