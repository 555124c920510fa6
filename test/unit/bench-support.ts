/** Trials and configurations to judge and compare: plausible, and changed one field at a time. */

import { planTrials } from '../../bench/model/planned-trials.js';
import type { RunConfig, Trial } from '../../bench/model/result-schema.js';
import { variantsOf } from '../../bench/model/variant.js';

export function makeTrial(changes: Partial<Trial> = {}): Trial {
  const throughputRps = changes.throughputRps ?? 10_000;
  const connections = changes.connections ?? 100;
  return {
    variant: 'session',
    workload: 'me',
    instances: 1,
    topology: 'direct',
    round: 1,
    position: 0,
    startedAt: '2026-01-01T00:00:00.000Z',
    connections,
    loadWorkers: 2,
    warmUpSeconds: 1,
    seconds: 2,
    requests: throughputRps * 2,
    throughputRps,
    latencyMs: {
      mean: (connections / throughputRps) * 1000,
      p50: 9,
      p90: 12,
      p95: 13,
      p99: 20,
      p999: 30,
      max: 40,
    },
    histogram: '',
    statuses: { 200: throughputRps * 2 },
    errors: 0,
    timeouts: 0,
    cpuMicrosecondsPerRequest: { application: 60, redis: 7, postgres: 0, loadGenerator: 25 },
    rssBytes: { application: 1e8, redis: 1e7, postgres: 1e8, loadGenerator: 2e8 },
    bytesPerRequest: { sent: 150, received: 400 },
    storeCommandsPerRequest: 1,
    perInstance: [
      {
        instance: 1,
        requests: throughputRps * 2,
        share: 1,
        cpuMicrosecondsPerRequest: 60,
        cores: 0.6,
        rssBytes: 1e8,
      },
    ],
    processes: [
      { kind: 'application', name: 'instance 1', cpuSeconds: 1.2, cores: 0.6, rssBytes: 1e8 },
      { kind: 'redis', name: 'redis', cpuSeconds: 0.14, cores: 0.07, rssBytes: 1e7 },
      { kind: 'postgres', name: 'postgres', cpuSeconds: 0, cores: 0, rssBytes: 1e8 },
      { kind: 'loadGenerator', name: 'shard 1', cpuSeconds: 0.25, cores: 0.13, rssBytes: 1e8 },
      { kind: 'loadGenerator', name: 'shard 2', cpuSeconds: 0.25, cores: 0.13, rssBytes: 1e8 },
    ],
    machine: { cores: 2, busyShare: 0.5, stealShare: 0 },
    windowsRps: [throughputRps, throughputRps, throughputRps, throughputRps],
    reconciliation: { clientRequests: 30_000, serverRequests: 30_050, inFlightLimit: connections },
    valid: true,
    invalidReasons: [],
    ...changes,
  };
}

export function makeConfig(changes: Partial<RunConfig> = {}): RunConfig {
  const plan = {
    variants: variantsOf(['session', 'jwt']),
    workloads: ['me'],
    instances: [1],
    rounds: 3,
    seed: 1,
    ...changes,
  };
  return {
    profile: 'quick',
    seconds: 2,
    warmUpSeconds: 1,
    connections: 100,
    users: 100,
    posts: 10_000,
    loadWorkers: 2,
    equivalenceMargin: 0.05,
    command: 'npm run lab -- compare --seed 1',
    order: planTrials(plan),
    ...plan,
  };
}
