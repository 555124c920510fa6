import { expect } from 'chai';
import { parseObjective } from '../../bench/objective.js';

describe('service-level objective', () => {
  it('reads a percentile with its response time, in milliseconds or seconds', () => {
    expect(parseObjective('p99=50ms')).to.deep.equal([{ percentile: 'p99', milliseconds: 50 }]);
    expect(parseObjective('mean=0.2s')).to.deep.equal([{ percentile: 'mean', milliseconds: 200 }]);
  });

  it('reads several, and gives each the share of errors', () => {
    expect(parseObjective('p50=5ms,errors=0.5%,p999=1.5s')).to.deep.equal([
      { percentile: 'p50', milliseconds: 5, maxErrors: 0.005 },
      { percentile: 'p999', milliseconds: 1500, maxErrors: 0.005 },
    ]);
    expect(parseObjective('p99=50ms,errors=0')?.[0]?.maxErrors).to.equal(0);
  });

  for (const [text, why] of [
    ['', 'nothing'],
    ['p99', 'no time'],
    ['p99=50', 'no unit'],
    ['p99=0ms', 'a time that nothing can meet'],
    ['p98=50ms', 'an unknown percentile'],
    ['p99=50ms,p99=60ms', 'a percentile twice'],
    ['errors=0', 'no response time'],
    ['p99=50ms,errors=2', 'more than all requests'],
    ['p99=50ms,errors=0,errors=1', 'errors twice'],
    ['p99=-5ms', 'a negative time'],
    ['p99=50ms,', 'an empty part'],
  ] as const) {
    it(`refuses "${text}": ${why}`, () => {
      expect(parseObjective(text)).to.equal(undefined);
    });
  }
});
