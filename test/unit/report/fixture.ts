/**
 * A plausible result, built from a small model of costs, so that a test can say "jwt costs more
 * here" or "this trial is invalid" in a line. Deterministic: no clock, no chance.
 */

import { compareStrategies } from '../../../bench/analyse/compare.js';
import { conditionsOf } from '../../../bench/model/condition.js';
import {
  type Result,
  resultSchema,
  SCHEMA_VERSION,
  type Trial,
} from '../../../bench/model/result-schema.js';
import { type Environments, variantsOf } from '../../../bench/model/variant.js';
import { declarationOf } from './declarations.js';

export interface Model {
  strategies?: string[];
  /** Variables of single variants, by id. */
  environments?: Environments;
  /** A web tier before the instances. */
  web?: Result['config']['web'];
  workloads?: string[];
  instances?: number[];
  rounds?: number;
  /** CPU of the application per request, in microseconds, by strategy. */
  applicationMicroseconds?: Record<string, number>;
  /** Spread between the rounds of a variant, as a share of its value. */
  spread?: number;
  /** Changes any trial after it was made. */
  trial?: (trial: Trial) => Trial;
  /** Changes the result after its comparisons were made. */
  result?: (result: Result) => Result;
  /** Makes only the first trials of the plan: a run that was cut short. */
  trialsMade?: number;
}

const APPLICATION = { session: 52, jwt: 44, none: 20 };
const CORES = 8;
const LOAD_WORKERS = 4;

export function makeResult(model: Model = {}): Result {
  const {
    strategies = ['session', 'jwt', 'none'],
    workloads = ['me', 'crud'],
    instances = [1, 2],
    rounds = 3,
  } = model;
  const variants = variantsOf(strategies, model.environments);
  const conditions = conditionsOf({ variants, workloads, instances, web: model.web });
  const order = Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    conditions.map((condition) => ({ round, ...condition })),
  );
  const trials = order
    .slice(0, model.trialsMade ?? order.length)
    .map((planned, position) => makeTrial(planned, position, model))
    .map(model.trial ?? ((trial) => trial));
  const config: Result['config'] = {
    profile: 'quick',
    variants,
    instances,
    workloads,
    rounds,
    seconds: 3,
    warmUpSeconds: 1,
    connections: 50,
    users: 100,
    posts: 10_000,
    loadWorkers: LOAD_WORKERS,
    seed: 42,
    equivalenceMargin: 0.05,
    command: 'npm run lab -- compare --profile quick --seed 42',
    order,
    ...(model.web && { web: model.web }),
  };
  const known = [...new Set(strategies)].map(declarationOf);
  const partial = trials.length < order.length;
  const result: Result = {
    schemaVersion: SCHEMA_VERSION,
    id: '2026-03-01T10-00-00Z',
    startedAt: '2026-03-01T10:00:00.000Z',
    endedAt: '2026-03-01T10:02:40.000Z',
    partial,
    config,
    environment: ENVIRONMENT,
    strategies: known,
    trials,
    comparisons: compareStrategies({ config, strategies: known, trials }),
    warnings: [],
    lab: { wallSeconds: 160, measuredSeconds: 108, peakRssBytes: 210e6 },
  };
  return resultSchema.parse(model.result ? model.result(result) : result);
}

const ENVIRONMENT: Result['environment'] = {
  commit: '0123456789abcdef0123456789abcdef01234567',
  dirty: false,
  lab: '0.1.0',
  node: 'v20.20.2',
  platform: 'linux x64',
  kernel: '6.1.0',
  cpuModel: 'Example CPU @ 2.50GHz',
  cores: CORES,
  memoryBytes: 16e9,
  postgres: { version: '18.0', startedBy: 'embedded' },
  redis: { version: '7.0.15', startedBy: 'found on PATH' },
  packages: { koa: '3.3.0', jose: '6.2.17', 'koa-session': '7.0.2', ioredis: '5.11.0' },
};

type PlannedTrial = Result['config']['order'][number];

function makeTrial(planned: PlannedTrial, position: number, model: Model): Trial {
  const { variant, workload, instances } = planned;
  const name = variant.replace(/#\d+$/, '');
  const heavy = workload === 'me' ? 0 : 1;
  const wobble = 1 + (model.spread ?? 0.01) * noise(position);
  const base = { ...APPLICATION, ...model.applicationMicroseconds }[name] ?? 60;
  const application = (base + 110 * heavy) * wobble;
  const redis = name === 'session' ? 7 * wobble : 0;
  const postgres = heavy * 62 * wobble;
  const authority = name === 'opaque' ? 31 * wobble : undefined;
  const throughputRps = (0.97e6 / application) * instances ** 0.9;
  const seconds = 3;
  const requests = Math.round(throughputRps * seconds);
  const meanMs = (50 / throughputRps) * 1000;
  const shares = Array.from(
    { length: instances },
    (_, index) => 1 / instances + (index % 2 ? -0.01 : 0.01) * (instances > 1 ? 1 : 0),
  );
  const rss = { application: 92e6 * instances, redis: 9e6, postgres: 140e6, loadGenerator: 88e6 };
  const cores = (micros: number) => (micros * throughputRps) / 1e6;
  const loadGenerator = 24 * wobble;
  const use = (
    kind: Trial['processes'][number]['kind'],
    of: string,
    micros: number,
    bytes: number,
  ) => ({
    kind,
    name: of,
    cpuSeconds: cores(micros) * seconds,
    cores: cores(micros),
    rssBytes: bytes,
  });
  return {
    ...planned,
    position,
    startedAt: new Date(Date.UTC(2026, 2, 1, 10, 0, position * 4)).toISOString(),
    connections: 50,
    loadWorkers: LOAD_WORKERS,
    warmUpSeconds: 1,
    seconds,
    requests,
    throughputRps,
    latencyMs: {
      mean: meanMs,
      p50: meanMs * 0.94,
      p90: meanMs * 1.25,
      p95: meanMs * 1.4,
      p99: meanMs * 2.1 * wobble,
      p999: meanMs * 4.2,
      max: meanMs * 9,
    },
    histogram: 'HISTFAAAAB',
    statuses: { '200': requests },
    errors: 0,
    timeouts: 0,
    cpuMicrosecondsPerRequest: {
      ...{ application, redis, postgres, loadGenerator },
      ...(authority !== undefined && { authority }),
    },
    rssBytes: { ...rss, ...(authority !== undefined && { authority: 71e6 }) },
    bytesPerRequest: { sent: name === 'jwt' ? 331 : 214, received: heavy ? 812 : 402 },
    storeCommandsPerRequest: name === 'session' ? 1 : 0,
    perInstance: shares.map((share, index) => ({
      instance: index + 1,
      requests: Math.round(requests * share),
      share,
      cpuMicrosecondsPerRequest: application,
      cores: cores(application) * share,
      rssBytes: rss.application / instances,
    })),
    processes: [
      ...shares.map((share, index) =>
        use(
          'application',
          `instance ${index + 1}`,
          application * share,
          rss.application / instances,
        ),
      ),
      ...(authority === undefined ? [] : [use('authority', 'authority', authority, 71e6)]),
      use('redis', 'redis', redis, rss.redis),
      use('postgres', 'postgres', postgres, rss.postgres),
      ...Array.from({ length: LOAD_WORKERS }, (_, index) =>
        use(
          'loadGenerator',
          `shard ${index + 1}`,
          loadGenerator / LOAD_WORKERS,
          rss.loadGenerator / LOAD_WORKERS,
        ),
      ),
    ],
    machine: { cores: CORES, busyShare: 0.4, stealShare: 0.002 },
    windowsRps: [throughputRps, throughputRps, throughputRps],
    reconciliation: {
      clientRequests: requests + 4000,
      serverRequests: requests + 4010,
      inFlightLimit: 50,
    },
    valid: true,
    invalidReasons: [],
  };
}

/** Between -1 and 1, the same every time: the golden ratio's multiples spread evenly. */
function noise(position: number): number {
  return 2 * (((position + 1) * 0.618034) % 1) - 1;
}

/** Marks some trials invalid. */
export function invalidate(
  which: (trial: Trial) => boolean,
  message = 'shard 1 used 97 % of a core',
  code = 'load-generator-limit',
): (trial: Trial) => Trial {
  return (trial) =>
    which(trial) ? { ...trial, valid: false, invalidReasons: [{ code, message }] } : trial;
}
