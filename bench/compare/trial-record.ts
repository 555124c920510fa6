/**
 * Snapshots and shard reports -> the record of a trial. Pure.
 */
import { cpus } from 'node:os';
import type { ShardReport } from '../load/messages.js';
import { openLoopPart } from '../load/open-loop/merge-reports.js';
import type { Workload } from '../load/workload.js';
import { describeLatency, encodeHistogram, mergeHistograms } from '../measure/histogram.js';
import { machineShares } from '../measure/machine-usage.js';
import type { ProcessUsage } from '../measure/process-usage.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { ProcessKind, RunConfig, Trial } from '../result/schema.js';
import type { Fleet } from '../services/fleet.js';
import type { Snapshot } from './snapshot.js';

const NOTHING = { application: null, redis: null, postgres: null, loadGenerator: null };

/** A trial of which nothing is known yet but its place in the plan. */
export function emptyTrial(
  planned: PlannedTrial,
  position: number,
  workload: Pick<Workload, 'warmUpFactor' | 'maxConnections'>,
  config: Pick<RunConfig, 'connections' | 'shards' | 'seconds' | 'warmUpSeconds'>,
): Trial {
  const cores = cpus().length;
  const connections = Math.min(
    config.connections,
    workload.maxConnections ?? Number.POSITIVE_INFINITY,
  );
  return {
    strategy: planned.strategy,
    workload: planned.workload,
    instances: planned.instances,
    round: planned.round,
    position,
    startedAt: new Date().toISOString(),
    connections,
    shards: Math.min(config.shards, connections),
    warmUpSeconds: warmUpSecondsOf(planned, workload, config, cores),
    seconds: config.seconds,
    requests: 0,
    throughputRps: 0,
    latencyMs: null,
    histogram: encodeHistogram(mergeHistograms([])),
    statuses: {},
    errors: 0,
    timeouts: 0,
    cpuMicrosecondsPerRequest: NOTHING,
    rssBytes: NOTHING,
    bytesPerRequest: { sent: null, received: null },
    storeCommandsPerRequest: null,
    perInstance: [],
    processes: [],
    machine: { cores, busyShare: null, stealShare: null },
    windowsRps: [],
    reconciliation: { clientRequests: 0, serverRequests: null, inFlightLimit: connections },
    valid: false,
    invalidReasons: [],
  };
}

/**
 * A process is warm when its code is compiled, which takes CPU time: more for a longer path, and more
 * where further instances compile the same on the same cores.
 */
export function warmUpSecondsOf(
  { instances }: Pick<PlannedTrial, 'instances'>,
  { warmUpFactor }: Pick<Workload, 'warmUpFactor'>,
  { warmUpSeconds }: Pick<RunConfig, 'warmUpSeconds'>,
  cores: number,
): number {
  const crowding = Math.max(0, (2 * instances) / cores - 1);
  return warmUpSeconds * (warmUpFactor + crowding);
}

export interface Observation {
  blank: Trial;
  fleet: Pick<Fleet, 'instances' | 'companions'>;
  from: Snapshot;
  to: Snapshot;
  reports: readonly ShardReport[];
  serverRequests: number | null;
  interruption: Evidence['interruption'];
}

export function assembleEvidence(observation: Observation): Evidence {
  const { blank, from, to, reports } = observation;
  const histogram = mergeHistograms(reports.map((report) => report.histogram));
  const requests = total(reports, (report) => report.requests);
  const processes = processUses(observation);
  const wire = {
    sentBytes: total(reports, (report) => report.wire.sentBytes),
    receivedBytes: total(reports, (report) => report.wire.receivedBytes),
    responses: total(reports, (report) => report.wire.responses),
  };
  const { valid: _valid, invalidReasons: _reasons, ...known } = blank;
  const { seconds } = known;
  return {
    trial: {
      ...known,
      requests,
      throughputRps: requests / seconds,
      latencyMs: describeLatency(
        histogram,
        total(reports, (report) => report.latencySumMs) / Math.max(1, histogram.totalCount),
      ),
      histogram: encodeHistogram(histogram),
      statuses: addUp(reports.map((report) => report.statuses)),
      errors: total(reports, (report) => report.errors),
      timeouts: total(reports, (report) => report.timeouts),
      cpuMicrosecondsPerRequest: perKind(processes, (use) =>
        perRequest(cpuMicrosecondsInWindow(use, seconds), requests),
      ),
      rssBytes: perKind(processes, (use) => use.rssBytes),
      bytesPerRequest: {
        sent: perRequest(wire.sentBytes, wire.responses),
        received: perRequest(wire.receivedBytes, wire.responses),
      },
      storeCommandsPerRequest: storeCommands(from, to, seconds, requests),
      perInstance: instanceShares(observation, processes, requests),
      processes,
      machine: { cores: known.machine.cores, ...machineShares(from.machine, to.machine) },
      windowsRps: slicesRps(reports, seconds),
      reconciliation: {
        clientRequests: total(reports, (report) => report.requestsSinceStart),
        serverRequests: observation.serverRequests,
        inFlightLimit: known.connections,
      },
      ...openLoopPart(reports),
    },
    unexpectedStatuses: addUp(reports.map((report) => report.unexpectedStatuses)),
    firstError: reports.find((report) => report.firstError)?.firstError ?? null,
    interruption: observation.interruption,
  };
}

type ProcessUse = Trial['processes'][number];

function processUses({ fleet, from, to }: Observation): ProcessUse[] {
  const intervalSeconds = (to.atMs - from.atMs) / 1000;
  const use = (
    kind: ProcessKind,
    name: string,
    before: ProcessUsage | null | undefined,
    after: ProcessUsage | null | undefined,
    seconds = intervalSeconds,
  ): ProcessUse => {
    const cpuSeconds = before && after ? Math.max(0, after.cpuSeconds - before.cpuSeconds) : null;
    return {
      kind,
      name,
      cpuSeconds,
      cores: cpuSeconds === null || seconds <= 0 ? null : cpuSeconds / seconds,
      rssBytes: after?.rssBytes ?? null,
    };
  };
  return [
    ...fleet.instances.map((instance, index) =>
      use('application', `instance ${instance.number}`, from.instances[index], to.instances[index]),
    ),
    // Only a companion of a kind that results know is measured; there is one kind so far.
    ...fleet.companions.map(({ name }, index) =>
      use('authority', name, from.companions[index], to.companions[index]),
    ),
    use('redis', 'redis', from.redis, to.redis, redisIntervalSeconds(from, to)),
    use('postgres', 'postgres', from.postgres, to.postgres),
    ...to.shards.map((after, index) =>
      use('loadGenerator', `shard ${index + 1}`, from.shards[index], after),
    ),
  ];
}

function redisIntervalSeconds(from: Snapshot, to: Snapshot): number {
  return from.redis && to.redis ? to.redis.atSeconds - from.redis.atSeconds : 0;
}

/** Snapshots stand a few milliseconds off the window's edges; the rate of use is that of the window. */
function cpuMicrosecondsInWindow(use: ProcessUse, windowSeconds: number): number | null {
  return use.cores === null ? null : use.cores * windowSeconds * 1e6;
}

function storeCommands(from: Snapshot, to: Snapshot, seconds: number, requests: number) {
  const interval = redisIntervalSeconds(from, to);
  if (!from.redis || !to.redis || interval <= 0) return null;
  const perSecond = (to.redis.commands - from.redis.commands) / interval;
  return perRequest(perSecond * seconds, requests);
}

function instanceShares(
  { fleet, reports, blank }: Observation,
  processes: ProcessUse[],
  requests: number,
): Trial['perInstance'] {
  const instances = processes.filter((use) => use.kind === 'application');
  return fleet.instances.map((instance, index) => {
    const answered = total(reports, (report) => report.requestsPerInstance[index] ?? 0);
    const use = instances[index] as ProcessUse;
    return {
      instance: instance.number,
      requests: answered,
      share: requests === 0 ? 0 : answered / requests,
      cpuMicrosecondsPerRequest: perRequest(cpuMicrosecondsInWindow(use, blank.seconds), answered),
      cores: use.cores,
      rssBytes: use.rssBytes,
    };
  });
}

function slicesRps(reports: readonly ShardReport[], seconds: number): number[] {
  const slices = reports[0]?.requestsPerSlice.length ?? 0;
  return Array.from(
    { length: slices },
    (_, index) =>
      total(reports, (report) => report.requestsPerSlice[index] ?? 0) / (seconds / slices),
  );
}

/** Adds up by kind; unknown as soon as one part is unknown. No authority is no cost, and absent. */
function perKind(processes: ProcessUse[], of: (use: ProcessUse) => number | null) {
  const ofKind = (kind: ProcessKind): number | null => {
    const parts = processes.filter((use) => use.kind === kind).map(of);
    return parts.includes(null) ? null : parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  };
  return {
    application: ofKind('application'),
    redis: ofKind('redis'),
    postgres: ofKind('postgres'),
    loadGenerator: ofKind('loadGenerator'),
    ...(processes.some(({ kind }) => kind === 'authority') && {
      authority: ofKind('authority'),
    }),
  };
}

function perRequest(amount: number | null, requests: number): number | null {
  return amount === null || requests === 0 ? null : amount / requests;
}

function total<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function addUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of counts) {
    for (const [key, value] of Object.entries(part)) sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}
