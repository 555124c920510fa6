import { expect } from 'chai';
import { parseObjective } from '../../../bench/analyse/objective.js';
import { breachesOf } from '../../../bench/experiments/sustain/breaches.js';
import { LabError } from '../../../bench/model/errors.js';
import { objectiveInWords } from '../../../bench/report/sections/sustained.js';

function refusalOf(text: string): LabError {
  try {
    parseObjective(text);
  } catch (error) {
    expect(error).to.be.instanceOf(LabError);
    expect(error).to.include({ code: 'OBJECTIVE_INVALID', exitCode: 2 });
    return error as LabError;
  }
  throw new Error(`${text} was accepted`);
}

describe('an objective', () => {
  it('is read with its limits, units and errors', () => {
    expect(parseObjective('p99=50ms,mean=0.01s,errors=0.1%')).to.deep.equal({
      text: 'p99=50ms,mean=0.01s,errors=0.1%',
      latency: [
        { metric: 'p99', limitMs: 50 },
        { metric: 'mean', limitMs: 10 },
      ],
      errorShare: 0.001,
    });
  });

  it('allows no error unless it says otherwise', () => {
    expect(parseObjective('p50=5ms').errorShare).to.equal(0);
  });

  const WRONG = [
    ['p98=50ms', 'p98=50ms'],
    ['p99=50ms,latency=3ms', 'latency=3ms'],
    ['p99=50', 'p99=50'],
    ['p99=50us', 'p99=50us'],
    ['p99=0ms', 'p99=0ms'],
    ['p99', 'p99'],
    ['p99=1=2ms', 'p99=1=2ms'],
    ['p99=50ms,p99=60ms', 'p99=60ms'],
    ['p99=50ms,errors=5', 'errors=5'],
    ['p99=50ms,errors=100%', 'errors=100%'],
    ['p99=50ms,errors=0,errors=0', 'errors=0'],
    ['errors=0', 'errors=0'],
    ['p99=50ms,', ''],
  ] as const;
  for (const [text, part] of WRONG) {
    it(`that reads "${text}" is refused, naming "${part}"`, () => {
      expect(refusalOf(text).message).to.include(`"${part}"`);
    });
  }

  it('with a mistyped metric is told the nearest', () => {
    expect(refusalOf('p9=50ms').message).to.include('Did you mean p90?');
    expect(refusalOf('latency=50ms').message).to.not.include('Did you mean');
  });

  const latencyMs = { mean: 5, p50: 4, p90: 8, p95: 9, p99: 50, p999: 90, max: 120 };
  const openLoop = {
    arrivals: 'poisson' as const,
    offeredRps: 500,
    planned: 1000,
    sent: 1000,
    late: 0,
    lateAfterMs: 5,
    latestMs: 2,
    inFlightAtEnd: 0,
    meanInSystem: 1,
    meanInSystemByLatency: 1,
  };

  it('is met at its limits and missed just beyond', () => {
    const met = parseObjective('p99=50ms,errors=0.1%');
    expect(breachesOf(met, { latencyMs, openLoop }, 1)).to.deep.equal([]);
    expect(breachesOf(met, { latencyMs, openLoop }, 2)).to.have.lengthOf(1);
    const missed = parseObjective('p99=49.9ms,p999=80ms');
    expect(breachesOf(missed, { latencyMs, openLoop }, 0)).to.have.lengthOf(2);
    expect(breachesOf(missed, { latencyMs: null, openLoop }, 0)).to.have.lengthOf(1);
  });

  it('is told in words', () => {
    expect(objectiveInWords(parseObjective('p999=0.2s,mean=5ms,errors=1%'))).to.equal(
      '99.9 % of all requests take at most 200 ms and the mean latency is at most 5 ms and at most 1 % of them fail',
    );
  });
});
