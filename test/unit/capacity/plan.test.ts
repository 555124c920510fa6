import { expect } from 'chai';
import type { StrategyInfo } from '../../../bench/model/result-schema.js';
import { assumptionsOf } from '../../../bench/plan/assumptions.js';
import { checkPlan, type StrategyCheck } from '../../../bench/plan/check.js';
import { describePlan } from '../../../bench/plan/describe.js';
import { planCapacity, type StrategyPlan, type Target } from '../../../bench/plan/plan.js';
import { warningsOfPlan } from '../../../bench/plan/warnings.js';
import { type Model, makeResult } from '../report/fixture.js';
import { onMariadb } from '../report/on-mariadb.js';

const EMPTY = { arrivalsPerSecond: 1, stations: [] };

/** 100,000 requests/s; no spread between rounds, so that figures can be worked out by hand. */
const TARGET: Target = {
  workload: 'me',
  users: 1_000_000,
  requestsPerUserMinute: 6,
  loginsPerUserDay: 2,
  sessionMinutes: 720,
  objectives: [{ metric: 'p99', limitMs: 50 }],
  ceiling: 0.5,
  instanceCores: 1,
  redisCores: 1,
};

function planned(changes: Partial<Target> = {}, model: Model = {}): StrategyPlan[] {
  return planCapacity(makeResult({ spread: 0, ...model }), { ...TARGET, ...changes }).strategies;
}

function serversOf(plan: StrategyPlan | undefined) {
  return Object.fromEntries(plan?.tiers.map(({ tier, servers }) => [tier, servers.likely]) ?? []);
}

describe('capacity plan', () => {
  it('is demand times load over the ceiling, in whole servers', () => {
    const [session, jwt] = planned();
    // 100,000/s x 52 µs = 5.2 cores, x 7 µs = 0.7 cores; over 0.5: 10.4 and 1.4.
    expect(serversOf(session)).to.deep.equal({ application: 11, redis: 2 });
    // 4.4 cores over 0.5.
    expect(serversOf(jwt)).to.deep.equal({ application: 9 });
    expect(session?.limitedBy).to.equal('ceiling');
    expect(session?.tiers[0]?.utilisation).to.be.closeTo(5.2 / 11, 1e-9);
  });

  it('gives PostgreSQL its cores in a workload that uses it', () => {
    // 62 µs x 100,000/s = 6.2 cores over 0.5.
    expect(serversOf(planned({ workload: 'crud' })[0]).postgres).to.equal(13);
  });

  it('gives MariaDB its cores just as well, and calls it that', () => {
    const target = { ...TARGET, workload: 'crud', strategies: ['session'] };
    const result = onMariadb(makeResult({ spread: 0 }));
    const plan = planCapacity(result, target);
    expect(serversOf(plan.strategies[0]).mariadb).to.equal(13);
    expect(plan.strategies[0]?.demands.notMeasured).to.deep.equal([]);
    const text = describePlan(plan, checkPlan(plan, 1));
    expect(text).to.include('MariaDB cores').and.to.include('; mariadb 0.');
    expect(text).not.to.match(/postgres/i);
  });

  it('gives a strategy its authorities', () => {
    const [opaque] = planned({}, { strategies: ['opaque'] });
    expect(serversOf(opaque)).to.deep.equal({ application: 12, authority: 7 });
  });

  it('needs twice the instances when each has half a core', () => {
    expect(serversOf(planned({ instanceCores: 0.5 })[0]).application).to.equal(21);
  });

  it('adds servers until the objective is met, and says so', () => {
    // Without waiting the 99th percentile of jwt is ln(100) x 44 µs = 0.203 ms.
    const objectives = [{ metric: 'p99' as const, limitMs: 0.25 }];
    const [jwt] = planned({ objectives, strategies: ['jwt'] });
    // T = 44 µs / (1 - u) and ln(100) T = 0.25 ms: u = 0.1895, 4.4 / u = 23.2 instances.
    expect(serversOf(jwt)).to.deep.equal({ application: 24 });
    expect(jwt?.limitedBy).to.equal('objective');
    expect(jwt?.responseTimeMs.p99).to.be.at.most(0.25);
  });

  it('is refused when the work alone takes longer than the objective', () => {
    const objectives = [{ metric: 'p99' as const, limitMs: 0.05 }];
    expect(() => planned({ objectives })).to.throw('No number of servers');
  });

  it('names single strategies that cannot meet the objective', () => {
    const objectives = [{ metric: 'p99' as const, limitMs: 0.22 }];
    const plan = planCapacity(makeResult({ spread: 0 }), { ...TARGET, objectives });
    expect(plan.strategies.map(({ strategy }) => strategy)).to.deep.equal(['jwt', 'none']);
    expect(plan.impossible.map(({ strategy }) => strategy)).to.deep.equal(['session']);
    expect(describePlan(plan, [])).to.include('session: cannot meet the objective');
  });

  it('has a range as wide as the rounds differ', () => {
    const [even] = planned({ strategies: ['session'] });
    const [uneven] = planned({ strategies: ['session'] }, { spread: 0.3 });
    const range = (plan?: StrategyPlan) => plan?.tiers[0]?.servers;
    // Without spread both ends meet at the ceiling.
    expect(range(even)).to.deep.equal({ likely: 11, low: 11, high: 11 });
    expect(range(uneven)?.low).to.be.below(range(uneven)?.likely as number);
    expect(range(uneven)?.high).to.be.above(range(uneven)?.likely as number);
  });

  it('counts memory of logins by what a strategy declares', () => {
    const [session, jwt] = planned();
    // 1,000,000 x 2 a day x half a day = 1,000,000 living at the same time, 392 bytes each.
    expect(session?.loginMemory.redisBytes).to.be.closeTo(392e6, 1);
    expect(jwt?.loginMemory.redisBytes).to.equal(0);
    const strategies = (change: (made: StrategyInfo) => StrategyInfo): Model => ({
      result: (made) => ({ ...made, strategies: made.strategies.map(change) }),
    });
    const [denylist] = planned(
      { strategies: ['jwt'] },
      strategies((made) => ({ ...made, stateIn: 'redis' })),
    );
    // 23.148 logins/s x 300 s x 117 bytes.
    expect(denylist?.loginMemory.redisBytes).to.be.closeTo(812_500, 1);
    const [old] = planned(
      {},
      strategies(({ name, summary, control }) => ({ name, summary, control })),
    );
    expect(old?.loginMemory.redisBytes).to.equal(null);
  });

  it('counts network from bytes of a request', () => {
    const [session] = planned();
    expect(session?.network.inBitsPerSecond?.likely).to.be.closeTo(214 * 8 * 1e5, 1);
    expect(session?.network.outBitsPerSecond?.likely).to.be.closeTo(402 * 8 * 1e5, 1);
    expect(session?.redisCommandsPerSecond).to.equal(1e5);
  });

  it('counts cores for logins from the workload login', () => {
    const [session] = planned({}, { workloads: ['me', 'login'] });
    // 23.148 logins/s x 231 µs over 0.5.
    expect(session?.loginCores?.likely).to.be.closeTo(0.010694, 1e-5);
    expect(planned()[0]?.loginCores).to.equal(null);
  });

  it('agrees with its simulation within 10 % at the default ceiling', () => {
    const target = { ...TARGET, ceiling: 0.6, workload: 'crud', strategies: ['session'] };
    const plan = planCapacity(makeResult(), target);
    const checks = checkPlan(plan, 1);
    expect(checks.map(({ spread }) => spread)).to.deep.equal(['exponential', 'constant']);
    for (const { check } of checks) {
      expect(check.figures.map(({ name }) => name)).to.deep.equal([
        ...['p50 ms', 'p99 ms', 'busy application', 'busy redis', 'busy postgres'],
      ]);
      for (const { name, difference } of check.figures) {
        expect(Math.abs(difference), name).to.be.below(0.1);
      }
    }
  });

  it('has the same simulation for the same seed', () => {
    const plan = planCapacity(makeResult(), { ...TARGET, strategies: ['jwt'] });
    const [first] = checkPlan(plan, 5);
    expect(checkPlan(plan, 5)[0]?.check.figures).to.deep.equal(first?.check.figures);
    expect(checkPlan(plan, 6)[0]?.check.figures).to.not.deep.equal(first?.check.figures);
  });

  it('warns of a simulation that differs, one round, and a tier not measured', () => {
    const plan = planCapacity(
      makeResult({
        rounds: 1,
        trial: (made) => ({
          ...made,
          cpuMicrosecondsPerRequest: { ...made.cpuMicrosecondsPerRequest, postgres: null },
        }),
      }),
      { ...TARGET, strategies: ['jwt'] },
    );
    const figure = (difference: number) => ({
      ...{ name: 'p99 ms', calculated: 1, simulated: { mean: 1, interval95: null, n: 5 } },
      difference,
    });
    const check = (difference: number): StrategyCheck => ({
      ...{ strategy: 'jwt', spread: 'constant' },
      check: {
        ...{ slice: 1, system: EMPTY, replications: 5, requests: 1 },
        figures: [figure(difference)],
      },
    });
    const codes = (difference: number) =>
      warningsOfPlan(plan, [check(difference)]).map(({ code }) => code);
    expect(codes(-0.11)).to.deep.equal(['simulation-differs', 'one-round', 'tier-not-measured']);
    expect(codes(0.09)).to.deep.equal(['one-round', 'tier-not-measured']);
  });

  it('serves one user, and refuses more load than it can hold', () => {
    expect(serversOf(planned({ users: 1 })[0])).to.deep.equal({ application: 1, redis: 1 });
    expect(() => planned({ users: 1e9, requestsPerUserMinute: 60_000 })).to.throw('100 million');
  });

  it('reads as text of at most 120 columns with every assumption', () => {
    const plan = planCapacity(makeResult({ strategies: ['session', 'jwt', 'opaque'] }), TARGET);
    const text = describePlan(plan, checkPlan(plan, 1));
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(120);
    expect(text).not.to.match(/NaN|undefined|null/);
    expect(text.replace(/\s+/g, ' ')).to.include(assumptionsOf(plan).at(-1));
    expect(text).to.match(/^session +11 \(\d+ to \d+\) +0 +2/m);
  });
});
