/**
 * Snapshots and reports of load workers -> the record of a trial. Pure.
 */
import { cpus } from 'node:os';
import type { LoadRecord } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import { openLoopPart } from '../load/open-loop/merge-reports.js';
import type { Workload } from '../load/workload.js';
import { describeEventLoops, type EventLoopSpan } from '../measure/event-loop.js';
import { describeHeap } from '../measure/heap.js';
import { machineShares } from '../measure/machine-usage.js';
import {
  type ProcessUse,
  processUses,
  type Span,
  secondsBetween,
} from '../measure/process-uses.js';
import { type Evidence, LITTLE_TOLERANCE } from '../measure/validity.js';
import { conditionOf } from '../model/condition.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import type { RunConfig, Trial } from '../model/result-schema.js';
import { tiersExpected } from '../model/tiers-of-run.js';
import {
  describeLatency,
  encodeHistogram,
  mergeHistograms,
} from '../statistics/latency-histogram.js';
import { agentsPart } from './agents-part.js';
import { type ConnectionsConfig, connectionsOf } from './connections-of.js';
import { latencyByRequest } from './latency-by-request.js';
import type { LoadedFleet } from './loaded-system.js';
import type { SeenTurn } from './seen-turn.js';

/** A trial of which nothing is known yet but its place in the plan. */
export function emptyTrial(
  planned: PlannedTrial,
  position: number,
  workload: Pick<Workload, 'maxConnections'>,
  config: ConnectionsConfig &
    Pick<RunConfig, 'loadWorkers' | 'seconds' | 'warmUpSeconds' | 'database' | 'targets'>,
): Trial {
  const cores = cpus().length;
  const nothing = Object.fromEntries(tiersExpected(config).map(({ id }) => [id, null]));
  const connections = connectionsOf(config, workload, planned.instances);
  return {
    ...conditionOf(planned),
    round: planned.round,
    position,
    startedAt: new Date().toISOString(),
    connections,
    loadWorkers: Math.min(config.loadWorkers, connections),
    windows: 0,
    warmUpSeconds: config.warmUpSeconds,
    seconds: config.seconds,
    requests: 0,
    throughputRps: 0,
    latencyMs: null,
    histogram: encodeHistogram(mergeHistograms([])),
    statuses: {},
    errors: 0,
    timeouts: 0,
    cpuMicrosecondsPerRequest: nothing,
    rssBytes: nothing,
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

export interface Observation {
  blank: Trial;
  fleet: Pick<LoadedFleet, 'instances' | 'web' | 'countsUnknown'>;
  /** Readings of every process and instance, with this trial's load between them. */
  turns: readonly SeenTurn[];
  /** What the load workers saw. */
  load: Omit<LoadRecord, 'holdsWarmUp'>;
  /** Of loads that are no part of the figures but must be without fault: those of a warm-up. */
  beside?: readonly WorkerReport[];
  interruption: Evidence['interruption'];
}

export function assembleEvidence(observation: Observation): Evidence {
  const { blank, turns } = observation;
  const spans = turns.flatMap(({ windows }) => windows);
  const { windows, readings, inFlightLimit } = observation.load;
  const reports = windows.flatMap((window) => window.reports);
  const all = [...reports, ...(observation.beside ?? [])];
  const histogram = mergeHistograms(reports.map((report) => report.histogram));
  const requests = total(reports, (report) => report.requests);
  const processes = processUses(spans);
  const cost = costBasis(observation.load, spans);
  const counted = countedByInstances(observation);
  const wire = {
    sentBytes: total(reports, (report) => report.wire.sentBytes),
    receivedBytes: total(reports, (report) => report.wire.receivedBytes),
    responses: total(reports, (report) => report.wire.responses),
  };
  const { valid: _valid, invalidReasons: _reasons, ...known } = blank;
  const seconds = total(windows, (window) => window.seconds);
  const windowsRps = windows.flatMap(slicesRps);
  const histogramMeanMs =
    total(reports, (report) => report.latencySumMs) / Math.max(1, histogram.totalCount);
  const eventLoop = describeEventLoops(turns.flatMap(eventLoopSpans));
  return {
    trial: {
      ...known,
      seconds,
      loadedSeconds: total(spans, secondsBetween),
      windows: readings === 'between-loads' ? windowsRps.length : windows.length,
      requests,
      throughputRps: seconds === 0 ? 0 : requests / seconds,
      latencyMs: describeLatency(histogram, histogramMeanMs),
      histogram: encodeHistogram(histogram),
      statuses: addUp(reports.map((report) => report.statuses)),
      errors: total(all, (report) => report.errors),
      timeouts: total(all, (report) => report.timeouts),
      cpuMicrosecondsPerRequest: perTier(processes, (use) => cpuPerRequest(use, cost)),
      rssBytes: perTier(processes, (use) => use.rssBytes),
      bytesPerRequest: {
        sent: perRequest(wire.sentBytes, wire.responses),
        received: perRequest(wire.receivedBytes, wire.responses),
      },
      storeCommandsPerRequest: storeCommands(spans, cost),
      perInstance: instanceShares(observation, counted, reports, processes, cost),
      processes,
      machine: {
        cores: known.machine.cores,
        ...machineShares(spans.map(({ from, to }) => ({ from: from.machine, to: to.machine }))),
      },
      windowsRps,
      windowUses: spans.map(windowUse),
      reconciliation: {
        clientRequests: total(turns, (turn) => turn.requests),
        serverRequests: counted === null ? null : total(counted, (count) => count),
        inFlightLimit,
        ...(observation.fleet.countsUnknown && { countsUnknown: true as const }),
      },
      ...openLoopPart(reports, windows.length),
      ...agentsPart(windows),
      ...latencyByRequest(reports),
      ...(eventLoop && { eventLoop }),
    },
    unexpectedStatuses: addUp(all.map((report) => report.unexpectedStatuses)),
    firstError: all.find((report) => report.firstError)?.firstError ?? null,
    interruption: observation.interruption,
    pace: null,
    ...littleToleranceOf(observation.load, histogramMeanMs),
  };
}

/** Requests, and the time in which they cost what was read. */
interface CostBasis {
  requests: number;
  seconds: number;
  readings: LoadRecord['readings'];
}

function costBasis({ windows, readings }: Observation['load'], spans: readonly Span[]): CostBasis {
  const reports = windows.flatMap((window) => window.reports);
  return readings === 'between-loads'
    ? {
        readings,
        requests: total(reports, (report) => report.wire.responses),
        seconds: total(spans, secondsBetween),
      }
    : // Readings stand a few milliseconds off the windows' edges; the rate of use is that of the windows.
      {
        readings,
        requests: total(reports, (report) => report.requests),
        seconds: total(windows, (window) => window.seconds),
      };
}

function cpuPerRequest(use: ProcessUse, { requests, seconds }: CostBasis): number | null {
  return use.cores === null ? null : perRequest(use.cores * seconds * 1e6, requests);
}

function storeCommands(spans: readonly Span[], { requests, seconds, readings }: CostBasis) {
  let commands = 0;
  let interval = 0;
  for (const { from, to } of spans) {
    if (!from.sessionStore || !to.sessionStore) return null;
    commands += to.sessionStore.commands - from.sessionStore.commands;
    interval += to.sessionStore.atSeconds - from.sessionStore.atSeconds;
  }
  if (readings === 'between-loads') return perRequest(commands, requests);
  return interval <= 0 ? null : perRequest((commands / interval) * seconds, requests);
}

function instanceShares(
  { fleet, turns }: Pick<Observation, 'fleet' | 'turns'>,
  countedByInstances: readonly number[] | null,
  reports: readonly WorkerReport[],
  processes: readonly ProcessUse[],
  cost: CostBasis,
): Trial['perInstance'] {
  const requests = total(reports, (report) => report.requests);
  const instances = processes.filter((use) => use.kind === 'application');
  const counted = fleet.web
    ? (countedByInstances ?? [])
    : fleet.instances.map((_, index) =>
        total(reports, (report) => report.requestsPerInstance[index] ?? 0),
      );
  const all = total(counted, (count) => count);
  return fleet.instances.map((instance, index) => {
    const share = all === 0 ? 0 : (counted[index] ?? 0) / all;
    const use = instances[index] as ProcessUse;
    return {
      instance: instance.number,
      requests: Math.round(requests * share),
      share,
      cpuMicrosecondsPerRequest: cpuPerRequest(use, { ...cost, requests: cost.requests * share }),
      cores: use.cores,
      rssBytes: use.rssBytes,
      ...heapPart(turns, index),
    };
  });
}

/**
 * Where answers are long against a window, which of them end inside it is chance: by as much as an answer takes of a
 * window.
 */
function littleToleranceOf(
  { windows, readings }: Observation['load'],
  meanMs: number,
): Pick<Evidence, 'littleTolerance'> {
  const slices = windows.flatMap(slicesRps).length;
  if (readings !== 'between-loads' || slices === 0) return {};
  const windowMs = (total(windows, ({ seconds }) => seconds) * 1000) / slices;
  return { littleTolerance: Math.max(LITTLE_TOLERANCE, meanMs / windowMs) };
}

/** What each instance counted in all turns; null when one could not be asked. */
function countedByInstances({ fleet, turns }: Observation): number[] | null {
  const counts = fleet.instances.map((_, index) =>
    turns.map(({ before, after }) => {
      const [from, to] = [before[index], after[index]];
      return from && to ? to.requests.completed - from.requests.completed : null;
    }),
  );
  if (counts.flat().includes(null)) return null;
  return counts.map((ofTurns) => total(ofTurns, (count) => count ?? 0));
}

/** Instances that said nothing before or after a turn are left out of it. */
function eventLoopSpans({ before, after }: SeenTurn): EventLoopSpan[] {
  return before.flatMap((said, index) => {
    const [from, to] = [said?.eventLoop, after[index]?.eventLoop];
    return from && to ? [{ from, to }] : [];
  });
}

function heapPart(turns: readonly SeenTurn[], index: number) {
  const heap = describeHeap(
    turns.map(({ before, after }) => ({ from: before[index] ?? {}, to: after[index] ?? {} })),
  );
  return heap === undefined ? {} : { heap };
}

function windowUse(window: SeenTurn['windows'][number]): NonNullable<Trial['windowUses']>[number] {
  return {
    seconds: secondsBetween(window),
    requests: window.requests,
    cpuSeconds: processUses([window]).map(({ cpuSeconds }) => cpuSeconds),
  };
}

function slicesRps({ reports, seconds }: LoadRecord['windows'][number]): number[] {
  const slices = Math.max(0, ...reports.map((report) => report.requestsPerSlice.length));
  return Array.from(
    { length: slices },
    (_, index) =>
      total(reports, (report) => report.requestsPerSlice[index] ?? 0) / (seconds / slices),
  );
}

/** Adds up by tier; unknown as soon as one part is unknown. A tier without a process is absent. */
function perTier(
  processes: readonly ProcessUse[],
  of: (use: ProcessUse) => number | null,
): Trial['rssBytes'] {
  const ids = [...new Set(processes.map(({ kind }) => kind))];
  const sumOf = (id: string): number | null =>
    processes
      .filter(({ kind }) => kind === id)
      .map(of)
      .reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
  return Object.fromEntries(ids.map((id) => [id, sumOf(id)]));
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
