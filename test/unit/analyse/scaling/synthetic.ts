/**
 * Results of a service whose costs are known, so that an analysis can be held against the truth.
 * Throughput comes from a simulation of every request, not from the formulas under test.
 */
import TinyQueue from 'tinyqueue';
import { type Random, seededRandom } from '../../../../bench/model/random.js';
import type { Result, Trial } from '../../../../bench/model/result-schema.js';
import { type Model, makeResult } from '../../report/fixture.js';

export interface Truth {
  applicationMicroseconds: number;
  redisMicroseconds: number;
  /** µs of CPU time in each second that Redis needs whatever the load. */
  redisFixedMicrosecondsPerSecond?: number;
  loadGeneratorMicroseconds?: number;
  applicationCores?: number;
  redisCores?: number;
}

export interface Lab {
  truths: Record<string, Truth>;
  instances?: number[];
  rounds?: number;
  connections?: number;
  machineCores?: number;
  loadWorkers?: number;
  /** Standard deviation between trials, as a share. */
  noise?: number;
  model?: Model;
}

/** A simulation takes tens of milliseconds, and many tests ask for the same one. */
const simulated = new Map<string, Run>();

export function syntheticResult(lab: Lab): Result {
  const { truths, instances = [1, 2, 4, 8, 16], rounds = 3, noise = 0.01 } = lab;
  const random = seededRandom(7);
  const runOf = (variant: string, count: number): Run => {
    const { loadWorkers, connections, machineCores } = lab;
    const key = JSON.stringify([truths[variant], count, loadWorkers, connections, machineCores]);
    const run = simulated.get(key) ?? runWith(truths[variant] as Truth, count, lab);
    simulated.set(key, run);
    return run;
  };
  return makeResult({
    strategies: Object.keys(truths),
    workloads: ['me'],
    instances,
    rounds,
    ...lab.model,
    trial: (trial) => {
      const made = withRun(trial, runOf(trial.variant, trial.instances), lab, () =>
        Math.exp(noise * normal(random)),
      );
      return lab.model?.trial?.(made) ?? made;
    },
  });
}

interface Run {
  throughputRps: number;
  microseconds: { application: number; redis: number; loadGenerator: number };
  limits: { application: number | null; redis: number | null };
}

function runWith(truth: Truth, instances: number, lab: Lab): Run {
  const {
    applicationMicroseconds: application,
    redisMicroseconds,
    redisFixedMicrosecondsPerSecond: fixed = 0,
    loadGeneratorMicroseconds: loadGenerator = 1,
    applicationCores = 1,
    redisCores = 1,
  } = truth;
  const { loadWorkers = 2, connections = 100, machineCores = 64 } = lab;
  const bound = Math.min(
    (instances * applicationCores * 1e6) / application,
    (redisCores * 1e6 - fixed) / redisMicroseconds,
  );
  const redis = redisMicroseconds + fixed / bound;
  const queueing = simulate({
    connections,
    random: seededRandom(instances),
    stages: [
      { servers: loadWorkers, seconds: loadGenerator / 1e6 },
      { servers: instances, seconds: application / 1e6 / applicationCores },
      { servers: 1, seconds: redis / 1e6 / redisCores },
    ],
  });
  const machine = machineCores / ((application + redis + loadGenerator) / 1e6);
  return {
    throughputRps: Math.min(queueing, machine),
    microseconds: { application, redis, loadGenerator },
    limits: {
      application: truth.applicationCores ?? null,
      redis: truth.redisCores ?? null,
    },
  };
}

/** A closed loop in which each connection keeps its server of every stage. */
function simulate({
  connections,
  stages,
  random,
  requests = 20_000,
}: {
  connections: number;
  stages: { servers: number; seconds: number }[];
  random: Random;
  requests?: number;
}): number {
  const free = stages.map(({ servers }) => new Array<number>(servers).fill(0));
  const queue = new TinyQueue(
    Array.from({ length: connections }, (_, connection) => ({ time: 0, connection, stage: 0 })),
    (a, b) => a.time - b.time,
  );
  const settled = requests / 5;
  let answered = 0;
  let start = 0;
  let now = 0;
  while (answered < requests) {
    const event = queue.pop();
    if (!event) throw new Error('a closed loop never runs empty');
    now = event.time;
    if (event.stage === stages.length) {
      answered++;
      if (answered === settled) start = now;
      queue.push({ ...event, stage: 0 });
      continue;
    }
    const { servers, seconds } = stages[event.stage] as { servers: number; seconds: number };
    const servedBy = free[event.stage] as number[];
    const server = event.connection % servers;
    const end = Math.max(now, servedBy[server] as number) - Math.log(1 - random()) * seconds;
    servedBy[server] = end;
    queue.push({ ...event, time: end, stage: event.stage + 1 });
  }
  return (requests - settled) / (now - start);
}

function withRun(trial: Trial, run: Run, lab: Lab, wobble: () => number): Trial {
  const { connections = 100, machineCores = 64, loadWorkers = 2 } = lab;
  const slow = wobble();
  const throughputRps = run.throughputRps / slow;
  const application = run.microseconds.application * slow * wobble();
  const redis = run.microseconds.redis * slow * wobble();
  const loadGenerator = run.microseconds.loadGenerator * slow * wobble();
  const use = (
    kind: Trial['processes'][number]['kind'],
    name: string,
    microseconds: number,
    limitCores: number | null,
  ): Trial['processes'][number] => {
    const cores = (microseconds * throughputRps) / 1e6;
    const full = limitCores !== null && cores > 0.9 * limitCores;
    return {
      kind,
      name,
      cores,
      cpuSeconds: cores * trial.seconds,
      rssBytes: 1e8,
      limitCores,
      throttledSeconds: full ? (1 - limitCores) * trial.seconds * 0.98 : 0,
    };
  };
  const processes = [
    ...Array.from({ length: trial.instances }, (_, index) =>
      use(
        'application',
        `instance ${index + 1}`,
        application / trial.instances,
        run.limits.application,
      ),
    ),
    use('redis', 'redis', redis, run.limits.redis),
    use('postgres', 'postgres', 0, null),
    ...Array.from({ length: loadWorkers }, (_, index) =>
      use('loadGenerator', `shard ${index + 1}`, loadGenerator / loadWorkers, null),
    ),
  ];
  const busy = processes.reduce((sum, { cores }) => sum + (cores ?? 0), 0);
  return {
    ...trial,
    connections,
    loadWorkers,
    throughputRps,
    cpuMicrosecondsPerRequest: { application, redis, postgres: 0, loadGenerator },
    // What a Redis costs that is only asked now and then is its work at rest.
    storeCommandsPerRequest: run.microseconds.redis > 1 ? 1 : 0,
    processes,
    machine: { cores: machineCores, busyShare: Math.min(1, busy / machineCores), stealShare: 0 },
  };
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
