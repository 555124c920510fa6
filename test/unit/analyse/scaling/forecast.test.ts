import { expect } from 'chai';
import { type Forecast, forecastOf } from '../../../../bench/analyse/scaling/forecast.js';
import { type Series, seriesOf } from '../../../../bench/analyse/scaling/series.js';
import { type Lab, syntheticResult } from './synthetic.js';

function forecastFrom(lab: Lab, seed = 1): Forecast {
  const forecast = forecastOf(seriesOf(syntheticResult(lab))[0] as Series, seed);
  if (!forecast) throw new Error('there is something to predict');
  return forecast;
}

const HELD: Lab = {
  truths: {
    session: {
      applicationMicroseconds: 50,
      redisMicroseconds: 10,
      redisFixedMicrosecondsPerSecond: 2_000,
      applicationCores: 0.05,
      redisCores: 0.04,
    },
  },
};

describe('the forecast from few instances', () => {
  it('comes within 5 % of a simulation in which Redis becomes the limit', () => {
    const { onThisMachine, basis } = forecastFrom(HELD);
    expect(basis).to.deep.equal([1, 2]);
    for (const { instances, relativeError } of onThisMachine) {
      expect(relativeError, `${instances} instances`).to.be.within(-0.05, 0.05);
    }
    expect(onThisMachine.map(({ limit }) => limit)).to.deep.equal([
      'application',
      'application',
      'redis',
      'redis',
      'redis',
    ]);
    expect(onThisMachine.map(({ known }) => known)).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('uses nothing that was measured with more instances', () => {
    const lab: Lab = {
      ...HELD,
      model: {
        trial: (trial) =>
          trial.instances > 2
            ? {
                ...trial,
                throughputRps: trial.throughputRps * 7,
                cpuMicrosecondsPerRequest: {
                  ...trial.cpuMicrosecondsPerRequest,
                  application: 1,
                  redis: 1,
                },
              }
            : trial,
      },
    };
    const figures = (forecast: Forecast) =>
      forecast.onThisMachine.map(({ throughputRps }) => throughputRps);
    expect(figures(forecastFrom(lab))).to.deep.equal(figures(forecastFrom(HELD)));
  });

  it('knows the cores of the machine and the load generator, and can leave them out', () => {
    const { onThisMachine, serviceAlone } = forecastFrom({
      truths: {
        jwt: { applicationMicroseconds: 50, redisMicroseconds: 0, loadGeneratorMicroseconds: 30 },
      },
      machineCores: 4,
      loadWorkers: 4,
    });
    // 4 cores over 80 µs.
    const last = onThisMachine.at(-1);
    expect(last?.limit).to.equal('machine');
    expect(last?.throughputRps).to.be.closeTo(50_000, 1_500);
    expect(serviceAlone.at(-1)?.limit).to.equal('application');
    expect(serviceAlone.at(-1)?.throughputRps).to.be.closeTo(320_000, 10_000);
  });

  it('stays below what the demands allow, and puts requests sent by chance between their bounds', () => {
    const { onThisMachine, serviceAlone } = forecastFrom(HELD);
    for (const { throughputRps, boundRps } of onThisMachine) {
      expect(throughputRps).to.be.at.most(boundRps * (1 + 1e-9));
    }
    for (const { anyInstanceRps, anyInstanceBounds, throughputRps } of serviceAlone) {
      expect(anyInstanceRps).to.be.within(
        anyInstanceBounds.lowRps * (1 - 1e-9),
        anyInstanceBounds.highRps * (1 + 1e-9),
      );
      expect(anyInstanceRps).to.be.at.most(throughputRps * 1.01);
    }
  });

  it('takes the load generator for the limit where its processes are few', () => {
    const { onThisMachine } = forecastFrom({
      truths: {
        jwt: { applicationMicroseconds: 50, redisMicroseconds: 0, loadGeneratorMicroseconds: 25 },
      },
      loadWorkers: 1,
    });
    expect(onThisMachine.at(-1)?.limit).to.equal('loadGenerator');
    expect(onThisMachine.at(-1)?.relativeError).to.be.within(-0.05, 0.05);
  });

  it('is the same for the same seed, and its interval holds the forecast', () => {
    const once = forecastFrom(HELD, 5);
    expect(forecastFrom(HELD, 5)).to.deep.equal(once);
    for (const { throughputRps, interval95 } of once.onThisMachine) {
      expect(interval95?.[0]).to.be.below(throughputRps);
      expect(interval95?.[1]).to.be.above(throughputRps);
    }
  });

  it('is wider the more the measurements scatter', () => {
    const widthOf = (noise: number) => {
      const [low, high] = forecastFrom({ ...HELD, noise }).onThisMachine[4]?.interval95 ?? [1, 1];
      return Math.log(high / low);
    };
    expect(widthOf(0.05)).to.be.greaterThan(widthOf(0.01) * 2);
  });
});
