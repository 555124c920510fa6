import { expect } from 'chai';
import { responseTime } from '../../../bench/plan/response-time.js';
import { constantTime, exponentialTime } from '../../../bench/plan/service-time.js';
import { type SimulatedSystem, simulate } from '../../../bench/plan/simulate.js';
import type { OpenSystem } from '../../../bench/plan/station.js';
import { quantile } from '../../../bench/statistics/quantile.js';
import { oneStation, rarelyLong } from './systems.js';

const LENGTH = { requests: 150_000, warmUpRequests: 5_000 };
const SEED = 7;

describe('discrete-event simulation', () => {
  function agrees(system: OpenSystem, tolerance: number): SimulatedSystem {
    const simulated = simulate(system, LENGTH, SEED);
    const exact = responseTime(system).at('mean');
    expect(simulated.meanMs / exact, 'mean').to.be.closeTo(1, tolerance);
    return simulated;
  }

  it('agrees with M/M/1 in mean, percentiles and utilisation', () => {
    const system = oneStation(exponentialTime(0.001), 0.6);
    const { responseTimesMs, utilisation } = agrees(system, 0.03);
    expect(quantile(responseTimesMs, 0.5) / (2.5 * Math.log(2))).to.be.closeTo(1, 0.03);
    expect(quantile(responseTimesMs, 0.99) / (2.5 * Math.log(100))).to.be.closeTo(1, 0.05);
    expect(utilisation[0]).to.be.closeTo(0.6, 0.01);
  });

  it('agrees with M/M/c', () => {
    agrees(oneStation(exponentialTime(0.001), 0.8, { servers: 4 }), 0.03);
  });

  it('agrees with M/D/1', () => {
    const system = oneStation(constantTime(0.001), 0.6);
    const { responseTimesMs } = agrees(system, 0.02);
    const p99 = responseTime(system).at('p99');
    expect(quantile(responseTimesMs, 0.99) / p99).to.be.closeTo(1, 0.05);
  });

  it('agrees with M/G/1: the mean of Pollaczek and Khinchine', () => {
    agrees(oneStation(rarelyLong(0.001), 0.5), 0.05);
  });

  it('agrees with the exact percentiles of exponential stations one after the other', () => {
    const system = {
      arrivalsPerSecond: 6000,
      stations: [
        { name: 'a', queues: 10, serversPerQueue: 1, service: exponentialTime(0.001) },
        { name: 'b', queues: 3, serversPerQueue: 1, service: exponentialTime(0.0003) },
        { name: 'c', queues: 1, serversPerQueue: 5, service: exponentialTime(0.0005) },
      ],
    };
    const { responseTimesMs } = agrees(system, 0.03);
    const p99 = responseTime(system).at('p99');
    expect(quantile(responseTimesMs, 0.99) / p99).to.be.closeTo(1, 0.05);
  });

  it('of requests far apart is the service time alone', () => {
    const length = { requests: 200, warmUpRequests: 0 };
    const { responseTimesMs } = simulate(oneStation(constantTime(1), 0.001), length, 3);
    expect(quantile(responseTimesMs, 0.5)).to.be.closeTo(1000, 1e-6);
  });

  it('repeats itself with the same seed, and not with another', () => {
    const system = oneStation(exponentialTime(1), 0.5);
    const short = { requests: 100, warmUpRequests: 10 };
    const first = simulate(system, short, 1);
    expect(simulate(system, short, 1)).to.deep.equal(first);
    expect(simulate(system, short, 2).meanMs).not.to.equal(first.meanMs);
  });
});
