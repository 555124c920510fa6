import { expect } from 'chai';
import { percentileOf, tailProbability } from '../../../bench/plan/laplace.js';
import { responseTime } from '../../../bench/plan/response-time.js';
import { constantTime, exponentialTime } from '../../../bench/plan/service-time.js';
import { erlangC } from '../../../bench/plan/waiting-time.js';
import { oneStation, rarelyLong } from './systems.js';

describe('inversion of a Laplace transform', () => {
  const exponential = exponentialTime(2).transformAboveLeast;

  it('gives the tail of the exponential distribution', () => {
    for (const seconds of [0.01, 1, 2, 10, 20]) {
      expect(tailProbability(exponential, seconds)).to.be.closeTo(Math.exp(-seconds / 2), 1e-7);
    }
  });

  it('gives its percentiles, wherever the search begins', () => {
    for (const scale of [0.001, 2, 5000]) {
      expect(percentileOf(exponential, 0.99, scale)).to.be.closeTo(2 * Math.log(100), 1e-4);
    }
  });
});

describe("Erlang's C formula", () => {
  it('is the utilisation for one server', () => {
    expect(erlangC(1, 0.7)).to.be.closeTo(0.7, 1e-12);
  });

  it('gives the values worked out by hand for 2 and 3 servers', () => {
    // c = 2, a = 1: B = 1/5, C = B / (1 - 0.5 * 0.8) = 1/3.
    expect(erlangC(2, 1)).to.be.closeTo(1 / 3, 1e-12);
    // c = 3, a = 2: B = (8/6) / (1 + 2 + 2 + 8/6) = 4/19, C = (4/19) / (1 - 2/3 * 15/19) = 4/9.
    expect(erlangC(3, 2)).to.be.closeTo(4 / 9, 1e-12);
  });

  it('stays a probability for thousands of servers', () => {
    expect(erlangC(5000, 4900)).to.be.within(0.01, 0.5);
  });
});

describe('response time', () => {
  it('of M/M/1 is exponential with mean S / (1 - utilisation)', () => {
    const time = responseTime(oneStation(exponentialTime(0.001), 0.6));
    expect(time.at('mean')).to.be.closeTo(2.5, 1e-9);
    expect(time.at('p50')).to.be.closeTo(2.5 * Math.log(2), 1e-4);
    expect(time.at('p99')).to.be.closeTo(2.5 * Math.log(100), 1e-4);
    expect(time.at('p999')).to.be.closeTo(2.5 * Math.log(1000), 1e-4);
  });

  it('of two equal M/M/1 stations is an Erlang distribution', () => {
    const { arrivalsPerSecond, stations } = oneStation(exponentialTime(0.001), 0.6);
    const time = responseTime({ arrivalsPerSecond, stations: [...stations, ...stations] });
    // P(T > t) = e^-x (1 + x) with x = t / 2.5 ms: 0.01 at x = 6.638352 (chi-squared, 4 degrees: 13.2767).
    expect(time.at('p99')).to.be.closeTo(2.5 * 6.638352, 1e-3);
  });

  it('of M/M/c in the mean is S + C S / (c (1 - utilisation))', () => {
    const time = responseTime(oneStation(exponentialTime(1), 2 / 3, { servers: 3 }));
    expect(time.at('mean')).to.be.closeTo(1000 * (1 + 4 / 9), 1e-6);
  });

  it('of M/D/1 waits half as long in the mean as of M/M/1', () => {
    const time = responseTime(oneStation(constantTime(0.001), 0.6));
    expect(time.at('mean')).to.be.closeTo(1 + 1.5 / 2, 1e-9);
  });

  it('of M/D/1 has the tail of the exact series', () => {
    for (const utilisation of [0.3, 0.6, 0.9]) {
      const time = responseTime(oneStation(constantTime(0.001), utilisation));
      const waited = time.at('p99') - 1;
      expect(waitingOfMD1(utilisation, waited), `${utilisation}`).to.be.closeTo(0.99, 5e-4);
    }
  });

  it('of M/G/1 in the mean is that of Pollaczek and Khinchine', () => {
    // rho / (1 - rho) (1 + v) / 2 = (1 + 5.038781) / 2 of a service time.
    const time = responseTime(oneStation(rarelyLong(1), 0.5));
    expect(time.at('mean')).to.be.closeTo(1000 * (1 + 6.038781 / 2), 1e-3);
  });

  it('does not depend on how many equal queues share the work', () => {
    const one = responseTime(oneStation(exponentialTime(1), 0.8));
    const many = responseTime(oneStation(exponentialTime(1), 0.8, { queues: 40 }));
    expect(many.at('p99')).to.be.closeTo(one.at('p99'), 1e-6);
  });

  it('is refused for more work than a station can do', () => {
    expect(() => responseTime(oneStation(exponentialTime(1), 1))).to.throw(RangeError, 'station');
  });
});

/**
 * P(wait <= t) of M/D/1 with service time 1: A. K. Erlang (1909), in the form of D. Gross and
 * C. M. Harris, Fundamentals of Queueing Theory.
 */
function waitingOfMD1(utilisation: number, t: number): number {
  let sum = 0;
  let factorial = 1;
  for (let k = 0; k <= Math.floor(t); k++) {
    if (k > 0) factorial *= k;
    const x = utilisation * (k - t);
    sum += (x ** k / factorial) * Math.exp(-x);
  }
  return (1 - utilisation) * sum;
}
