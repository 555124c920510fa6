import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  asymptoticBounds,
  balancedJobBounds,
  bottleneckOf,
  utilisationOf,
} from '../../../../bench/analyse/scaling/bounds.js';
import { fixedConnections, meanValueAnalysis } from '../../../../bench/analyse/scaling/mva.js';
import { maximumRate, type Station } from '../../../../bench/analyse/scaling/station.js';

const queue = (demandSeconds: number, more: Partial<Station> = {}): Station => ({
  name: 'queue',
  demandSeconds,
  cores: 1,
  copies: 1,
  ...more,
});

/** Lazowska et al. (1984), section 6.4: a processor and two disks, 15 s of thinking. */
const TEXTBOOK = [queue(0.605), queue(2.1), queue(1.35)];

const networks = fc.array(
  fc.record({
    name: fc.constant('any'),
    demandSeconds: fc.double({ min: 1e-6, max: 10, noNaN: true }),
    cores: fc.double({ min: 0.01, max: 64, noNaN: true }),
    copies: fc.integer({ min: 1, max: 16 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const populations = fc.integer({ min: 1, max: 120 });
const thinking = fc.double({ min: 0, max: 20, noNaN: true });

describe('mean value analysis', () => {
  it('gives the textbook example of a processor and two disks', () => {
    const throughput = [1, 2, 3].map(
      (customers) => meanValueAnalysis(TEXTBOOK, customers, 15).throughputRps,
    );
    expect(throughput[0]).to.be.closeTo(0.0525, 5e-5);
    expect(throughput[1]).to.be.closeTo(0.1031, 5e-5);
    expect(throughput[2]).to.be.closeTo(0.1515, 5e-5);
    expect(meanValueAnalysis(TEXTBOOK, 3, 15).responseSeconds).to.be.closeTo(4.8, 5e-3);
  });

  it('gives N / (N + K - 1) of the capacity of K equal queues', () => {
    const { throughputRps } = meanValueAnalysis([queue(2, { copies: 4 })], 9);
    // Each copy is visited every fourth time: 0.5 s for a request.
    expect(throughputRps).to.be.closeTo((9 / (9 + 4 - 1)) * 2, 1e-12);
  });

  it('agrees with the birth and death equations of one queue with thinking', () => {
    expect(meanValueAnalysis([queue(0.3)], 12, 2).throughputRps).to.be.closeTo(
      machineRepairman(0.3, 1, 12, 2),
      1e-12,
    );
  });

  it('comes within 11 % of the exact result for several servers, and nearer at saturation', () => {
    for (const servers of [2, 4, 8]) {
      for (const customers of [1, 4, 8, 16, 64]) {
        const exact = machineRepairman(1, servers, customers, 3);
        const found = meanValueAnalysis([queue(1, { cores: servers })], customers, 3);
        const bound = customers === 1 || customers === 64 ? 0.002 : 0.11;
        expect(found.throughputRps / exact, `${servers} servers, ${customers}`).to.be.closeTo(
          1,
          bound,
        );
      }
    }
  });

  it('lies within the balanced job bounds, and these within the asymptotic ones', () => {
    fc.assert(
      fc.property(networks, populations, thinking, (stations, customers, think) => {
        const { throughputRps } = meanValueAnalysis(stations, customers, think);
        const balanced = balancedJobBounds(stations, customers, think);
        const asymptotic = asymptoticBounds(stations, customers, think);
        const slack = 1 + 1e-9;
        expect(throughputRps).to.be.at.most(balanced.highRps * slack);
        expect(throughputRps).to.be.at.least(balanced.lowRps / slack);
        expect(balanced.highRps).to.be.at.most(asymptotic.highRps * slack);
        expect(balanced.lowRps).to.be.at.least(asymptotic.lowRps / slack);
      }),
    );
  });

  it('answers more the more requests are under way', () => {
    fc.assert(
      fc.property(networks, populations, thinking, (stations, customers, think) => {
        const fewer = meanValueAnalysis(stations, customers, think).throughputRps;
        const more = meanValueAnalysis(stations, customers + 1, think).throughputRps;
        expect(more).to.be.at.least(fewer * (1 - 1e-12));
      }),
    );
  });
});

describe('mean value analysis with connections that belong to an instance', () => {
  it('leaves no instance without work: N instances answer N times as much as one', () => {
    const one = fixedConnections([queue(0.01)], 50).throughputRps;
    const sixteen = fixedConnections([queue(0.01, { copies: 16 })], 100).throughputRps;
    expect(one).to.be.closeTo(100, 1e-9);
    expect(sixteen).to.be.closeTo(1600, 1e-6);
  });

  it('comes within 6 % of the exact recursion for two instances and a shared store, 2 % with many connections', () => {
    for (const store of [0.2, 0.5, 1, 2]) {
      for (const each of [1, 2, 5, 20]) {
        const exact = twoInstances(1, store, each);
        const found = fixedConnections([queue(1, { copies: 2 }), queue(store)], 2 * each);
        const bound = each < 20 ? 0.06 : 0.02;
        expect(found.throughputRps / exact, `store ${store}, ${each} each`).to.be.closeTo(1, bound);
      }
    }
  });

  it('never exceeds any station, nor what the connections can ask without waiting', () => {
    fc.assert(
      fc.property(networks, populations, thinking, (stations, connections, think) => {
        const { throughputRps } = fixedConnections(stations, connections, think);
        const bound = Math.min(
          ...stations
            .filter(({ copies }) => copies <= connections)
            .map((station) => maximumRate(station)),
          asymptoticBounds(
            stations.map((station) => ({ ...station, copies: 1e9 })),
            connections,
            think,
          ).highRps,
        );
        expect(throughputRps).to.be.at.most(bound * (1 + 1e-6));
        expect(throughputRps).to.be.greaterThan(0);
      }),
    );
  });
});

describe('operational bounds', () => {
  it('name the station that saturates first, its capacity counted', () => {
    const stations = [
      queue(50e-6, { name: 'application', copies: 4 }),
      queue(8e-6, { name: 'redis', cores: 0.1 }),
      queue(60e-6, { name: 'postgres', cores: 8 }),
    ];
    // 80,000 and 12,500 and 133,333 requests a second.
    expect(bottleneckOf(stations)?.name).to.equal('redis');
    expect(asymptoticBounds(stations, 1000).highRps).to.be.closeTo(12_500, 1e-6);
    expect(utilisationOf(stations[0] as Station, 12_500)).to.be.closeTo(0.15625, 1e-12);
  });

  it('give the asymptotes of the textbook example', () => {
    expect(asymptoticBounds(TEXTBOOK, 1, 15).highRps).to.be.closeTo(1 / 19.055, 1e-12);
    expect(asymptoticBounds(TEXTBOOK, 1000, 15).highRps).to.be.closeTo(1 / 2.1, 1e-12);
    expect(asymptoticBounds(TEXTBOOK, 3, 15).lowRps).to.be.closeTo(3 / (3 * 4.055 + 15), 1e-12);
  });

  it('know no bottleneck where nothing is needed', () => {
    expect(bottleneckOf([queue(0)])).to.equal(null);
  });
});

/** Throughput of customers who think and then need one of the servers: birth and death (M/M/m//N). */
function machineRepairman(service: number, servers: number, customers: number, think: number) {
  const weights = [1];
  for (let busy = 1; busy <= customers; busy++) {
    const birth = (customers - busy + 1) / think;
    const death = Math.min(busy, servers) / service;
    weights.push(((weights[busy - 1] as number) * birth) / death);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce(
    (sum, weight, busy) => sum + ((weight / total) * Math.min(busy, servers)) / service,
    0,
  );
}

/** The exact recursion for two classes: each with an instance of its own, and one store for both. */
function twoInstances(instance: number, store: number, each: number): number {
  const lengths = new Map<string, { own: [number, number]; store: number }>();
  lengths.set('0,0', { own: [0, 0], store: 0 });
  let total = 0;
  for (let a = 0; a <= each; a++) {
    for (let b = 0; b <= each; b++) {
      if (a + b === 0) continue;
      const state = { own: [0, 0] as [number, number], store: 0 };
      total = 0;
      for (const which of [0, 1] as const) {
        const present = which === 0 ? a : b;
        if (present === 0) continue;
        const before = lengths.get(which === 0 ? `${a - 1},${b}` : `${a},${b - 1}`);
        const own = instance * (1 + (before?.own[which] ?? 0));
        const shared = store * (1 + (before?.store ?? 0));
        const throughput = present / (own + shared);
        state.own[which] = throughput * own;
        state.store += throughput * shared;
        total += throughput;
      }
      lengths.set(`${a},${b}`, state);
    }
  }
  return total;
}
