/**
 * Snapshots and shard reports -> the record of a trial. Pure.
 */
import { cpus } from 'node:os';
import type { ShardReport } from '../load/messages.js';
import { openLoopPart } from '../load/open-loop/merge-reports.js';
import type { Workload } from '../load/workload.js';
import { describeLatency, encodeHistogram, mergeHistograms } from '../measure/histogram.js';
import { machineShares } from '../measure/machine-usage.js';
import type { Evidence } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { ProcessKind, RunConfig, Trial } from '../result/schema.js';
import type { Fleet } from '../services/fleet.js';
import { type ConnectionsConfig, connectionsOf } from './connections-of.js';
import { cpuMicrosecondsInWindow, type ProcessUse, processUses } from './process-uses.js';
import type { Snapshot } from './snapshot.js';

const NOTHING = { application: null, redis: null, postgres: null, loadGenerator: null };

/** A trial of which nothing is known yet but its place in the plan. */
export function emptyTrial(
  planned: PlannedTrial,
  position: number,
  workload: Pick<Workload, 'warmUpFactor' | 'maxConnections'>,
  config: ConnectionsConfig & Pick<RunConfig, 'shards' | 'seconds' | 'warmUpSeconds'>,
): Trial {
  const cores = cpus().length;
  const connections = connectionsOf(config, workload, planned.instances);
  return {
    strategy: planned.strategy,
    workload: planned.workload,
    instances: planned.instances,
    round: planned.round,
    position,
    startedAt: new Date().toISOString(),
    connections,
    shards: Math.min(config.shards, connections),
    turns: 0,
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

/** One window of a trial: snapshots at its edges and what the shards saw in it. */
export interface Turn {
  /** Length of the window. */
  seconds: number;
  from: Snapshot;
  to: Snapshot;
  reports: readonly ShardReport[];
}

export interface Observation {
  blank: Trial;
  fleet: Pick<Fleet, 'instances' | 'companions'>;
  turns: readonly Turn[];
  /** What the shards saw before the first turn: counted, and otherwise no part of the record. */
  warmUps: readonly ShardReport[];
  limits?: RunConfig['cpuLimits'];
  /** How often load was put on, warm-ups included: each time ends with requests under way. */
  loadRuns: number;
  serverRequests: number | null;
  interruption: Evidence['interruption'];
}

export function assembleEvidence(observation: Observation): Evidence {
  const { blank, turns, warmUps } = observation;
  const reports = turns.flatMap((turn) => turn.reports);
  const sinceStart = [...warmUps, ...reports];
  const histogram = mergeHistograms(reports.map((report) => report.histogram));
  const requests = total(reports, (report) => report.requests);
  const processes = processUses(observation.fleet, turns, observation.limits);
  const wire = {
    sentBytes: total(reports, (report) => report.wire.sentBytes),
    receivedBytes: total(reports, (report) => report.wire.receivedBytes),
    responses: total(reports, (report) => report.wire.responses),
  };
  const { valid: _valid, invalidReasons: _reasons, ...known } = blank;
  const seconds = total(turns, (turn) => turn.seconds);
  return {
    trial: {
      ...known,
      seconds,
      turns: turns.length,
      requests,
      throughputRps: requests / seconds,
      latencyMs: describeLatency(
        histogram,
        total(reports, (report) => report.latencySumMs) / Math.max(1, histogram.totalCount),
      ),
      histogram: encodeHistogram(histogram),
      statuses: addUp(reports.map((report) => report.statuses)),
      errors: total(sinceStart, (report) => report.errors),
      timeouts: total(sinceStart, (report) => report.timeouts),
      cpuMicrosecondsPerRequest: perKind(processes, (use) =>
        perRequest(cpuMicrosecondsInWindow(use, seconds), requests),
      ),
      rssBytes: perKind(processes, (use) => use.rssBytes),
      bytesPerRequest: {
        sent: perRequest(wire.sentBytes, wire.responses),
        received: perRequest(wire.receivedBytes, wire.responses),
      },
      storeCommandsPerRequest: storeCommands(turns, seconds, requests),
      perInstance: instanceShares(observation.fleet, turns, processes),
      processes,
      machine: {
        cores: known.machine.cores,
        ...machineShares(turns.map(({ from, to }) => ({ from: from.machine, to: to.machine }))),
      },
      windowsRps: turns.flatMap((turn) => slicesRps(turn)),
      reconciliation: {
        clientRequests: total(sinceStart, (report) => report.requestsSinceStart),
        serverRequests: observation.serverRequests,
        inFlightLimit: known.connections * observation.loadRuns,
      },
      ...openLoopPart(reports, turns.length),
    },
    unexpectedStatuses: addUp(sinceStart.map((report) => report.unexpectedStatuses)),
    firstError: sinceStart.find((report) => report.firstError)?.firstError ?? null,
    interruption: observation.interruption,
    pace: null,
  };
}

function storeCommands(turns: readonly Turn[], seconds: number, requests: number) {
  let commands = 0;
  let interval = 0;
  for (const { from, to } of turns) {
    if (!from.redis || !to.redis) return null;
    commands += to.redis.commands - from.redis.commands;
    interval += to.redis.atSeconds - from.redis.atSeconds;
  }
  return interval <= 0 ? null : perRequest((commands / interval) * seconds, requests);
}

function instanceShares(
  fleet: Observation['fleet'],
  turns: readonly Turn[],
  processes: readonly ProcessUse[],
): Trial['perInstance'] {
  const reports = turns.flatMap((turn) => turn.reports);
  const seconds = total(turns, (turn) => turn.seconds);
  const requests = total(reports, (report) => report.requests);
  const instances = processes.filter((use) => use.kind === 'application');
  return fleet.instances.map((instance, index) => {
    const answered = total(reports, (report) => report.requestsPerInstance[index] ?? 0);
    const use = instances[index] as ProcessUse;
    return {
      instance: instance.number,
      requests: answered,
      share: requests === 0 ? 0 : answered / requests,
      cpuMicrosecondsPerRequest: perRequest(cpuMicrosecondsInWindow(use, seconds), answered),
      cores: use.cores,
      rssBytes: use.rssBytes,
    };
  });
}

function slicesRps({ reports, seconds }: Turn): number[] {
  const slices = reports[0]?.requestsPerSlice.length ?? 0;
  return Array.from(
    { length: slices },
    (_, index) =>
      total(reports, (report) => report.requestsPerSlice[index] ?? 0) / (seconds / slices),
  );
}

/** Adds up by kind; unknown as soon as one part is unknown. No authority is no cost, and absent. */
function perKind(processes: readonly ProcessUse[], of: (use: ProcessUse) => number | null) {
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
