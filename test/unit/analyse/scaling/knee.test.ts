import { expect } from 'chai';
import { capacityOf } from '../../../../bench/analyse/scaling/capacity.js';
import { demandAt, fitDemand } from '../../../../bench/analyse/scaling/demand-model.js';
import { demandsOf } from '../../../../bench/analyse/scaling/demands.js';
import { predictKnee } from '../../../../bench/analyse/scaling/knee.js';
import { measureKnee } from '../../../../bench/analyse/scaling/measured-knee.js';
import { type Series, seriesOf } from '../../../../bench/analyse/scaling/series.js';
import type { Trial } from '../../../../bench/model/result-schema.js';
import { type Lab, syntheticResult } from './synthetic.js';

const HELD: Lab = {
  truths: {
    session: {
      applicationMicroseconds: 50,
      redisMicroseconds: 10,
      applicationCores: 0.05,
      redisCores: 0.04,
    },
  },
};

function seriesFrom(lab: Lab): Series {
  return seriesOf(syntheticResult(lab))[0] as Series;
}

function bend(counts: number[], knee: number, noise: readonly number[] = [1]) {
  const trials = counts.flatMap((instances) =>
    noise.map((factor) => ({
      instances,
      throughputRps: 100 * Math.min(instances, knee) * factor,
    })),
  );
  return { trials: trials as unknown as Trial[], counts };
}

describe('service demands', () => {
  it('are those put in, with the utilisation of what the tier was held to', () => {
    const demands = demandsOf(seriesFrom(HELD));
    const redis = demands.filter(({ tier }) => tier === 'redis');
    expect(redis.map(({ instances }) => instances)).to.deep.equal([1, 2, 4, 8, 16]);
    for (const { microsecondsPerRequest, limitCores } of redis) {
      expect(microsecondsPerRequest.mean).to.be.closeTo(10, 0.4);
      expect(limitCores).to.equal(0.04);
    }
    expect(redis[0]?.utilisation).to.be.closeTo(0.25, 0.02);
    expect(redis[4]?.utilisation).to.be.closeTo(1, 0.04);
    expect(redis[0]?.throttledShare).to.equal(0);
    expect(redis[4]?.throttledShare).to.be.closeTo(0.94, 0.01);
  });

  it('fall with the load where a fixed part is shared by more requests', () => {
    const series = seriesFrom({
      truths: {
        session: {
          applicationMicroseconds: 50,
          redisMicroseconds: 5,
          redisFixedMicrosecondsPerSecond: 40_000,
        },
      },
    });
    const model = fitDemand('redis', series);
    if (!model) throw new Error('Redis was measured');
    expect(model.fixedMicrosecondsPerSecond).to.be.closeTo(40_000, 6_000);
    expect(demandAt(model, 1e9)).to.be.closeTo(5, 0.3);
    expect(demandAt(model, 20_000)).to.be.closeTo(7, 0.3);
  });

  it('are the mean where the load changes nothing', () => {
    const model = fitDemand('redis', seriesFrom(HELD));
    expect(model?.fixedMicrosecondsPerSecond).to.equal(0);
    expect(model?.centre.microseconds).to.be.closeTo(10, 0.2);
  });

  it('take a whole core for a process that was not held, and more where more was seen', () => {
    const series = seriesFrom({
      truths: { session: { applicationMicroseconds: 50, redisMicroseconds: 5 } },
    });
    expect(capacityOf('redis', series.trials)).to.deep.equal({ cores: 1, from: 'assumption' });
    expect(capacityOf('postgres', series.trials)).to.deep.equal({ cores: 64, from: 'assumption' });
    const hashing = series.trials.map((trial) => ({
      ...trial,
      processes: trial.processes.map((use) => ({ ...use, cores: 1.6 })),
    }));
    expect(capacityOf('application', hashing).from).to.equal('observation');
    expect(capacityOf('application', hashing).cores).to.be.closeTo(1.6, 1e-9);
  });
});

describe('the knee from demands', () => {
  it('is where Redis has as much to do as it may: (0.04 / 10) over (0.05 / 50)', () => {
    const knee = predictKnee(seriesFrom(HELD));
    const [first] = knee?.limits ?? [];
    expect(first?.limit).to.equal('redis');
    expect(first?.instances).to.be.closeTo(4, 0.15);
    const [low, high] = first?.interval95 ?? [0, 0];
    expect(low).to.be.within(3.5, first?.instances ?? 0);
    expect(high).to.be.within(first?.instances ?? 0, 4.5);
    expect(knee?.instanceRps).to.be.closeTo(1000, 30);
  });

  it('is the machine where all processes together need its cores first', () => {
    const knee = predictKnee(
      seriesFrom({
        truths: {
          jwt: {
            applicationMicroseconds: 50,
            redisMicroseconds: 0,
            loadGeneratorMicroseconds: 25,
          },
        },
        machineCores: 6,
        loadWorkers: 4,
      }),
    );
    // 6 cores over 75 µs, one core over 50 µs: 4 instances.
    expect(knee?.limits[0]?.limit).to.equal('machine');
    expect(knee?.limits[0]?.instances).to.be.closeTo(4, 0.2);
    expect(knee?.limits.map(({ limit }) => limit)).not.to.include('redis');
  });

  it('has no interval with a single trial at each number but demands from all', () => {
    const knee = predictKnee(seriesFrom({ ...HELD, rounds: 1 }));
    expect(knee?.limits[0]?.interval95).to.be.an('array');
    const alone = predictKnee(seriesFrom({ ...HELD, rounds: 1, instances: [4] }));
    expect(alone?.limits[0]?.interval95).to.equal(null);
  });
});

describe('the knee of the curve', () => {
  it('is where rise and plateau meet', () => {
    const knee = measureKnee(bend([1, 2, 4, 8, 16], 3, [1.01, 0.99, 1]));
    expect(knee?.instances).to.be.closeTo(3, 0.05);
    expect(knee?.interval95[0]).to.be.below(3);
    expect(knee?.interval95[1]).to.be.above(3);
    expect(knee?.plateauRps).to.be.closeTo(300, 3);
  });

  it('is found at a number of instances that was itself measured', () => {
    expect(measureKnee(bend([1, 2, 4, 8, 16], 4, [1.01, 0.99]))?.instances).to.be.closeTo(4, 0.1);
  });

  it('is not claimed for a plain rise, nor with two numbers of instances', () => {
    expect(measureKnee(bend([1, 2, 4, 8], 100, [1.02, 0.98, 1.01]))).to.equal(null);
    expect(measureKnee(bend([1, 2], 1, [1.01, 0.99, 1]))).to.equal(null);
  });

  it('agrees with the knee from demands in a simulation', () => {
    const series = seriesFrom(HELD);
    const measured = measureKnee(series)?.instances ?? 0;
    const predicted = predictKnee(series)?.limits[0]?.instances ?? 0;
    expect(predicted / measured).to.be.closeTo(1, 0.05);
  });
});
