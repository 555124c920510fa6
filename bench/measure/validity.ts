/**
 * What makes a trial invalid, as a table: each rule says what it saw, or nothing.
 *
 * A rule never drops a trial. The trial stays in the result with its reasons, is drawn differently
 * and is left out of verdicts.
 */

import type { Trial } from '../model/result-schema.js';
import { tierOf } from '../model/tiers.js';
import { countOf } from '../text/count-of.js';
import { paceOfCpuGiven, paceOfGenerator, productOf } from './pace.js';
import { steadinessOf } from './steadiness.js';

/** What the rules look at, of a trial or of any other load. */
export interface Observed {
  trial: Pick<
    Trial,
    | 'connections'
    | 'requests'
    | 'throughputRps'
    | 'windowsRps'
    | 'latencyMs'
    | 'errors'
    | 'timeouts'
    | 'openLoop'
    | 'windowUses'
    | 'agents'
  > & {
    processes: Pick<
      Trial['processes'][number],
      'kind' | 'name' | 'cores' | 'limitCores' | 'agent'
    >[];
    perInstance: Pick<Trial['perInstance'][number], 'requests' | 'heap'>[];
    /** null where the server is not the lab's own and cannot be asked. */
    reconciliation: Trial['reconciliation'] | null;
  };
  unexpectedStatuses: Record<string, number>;
  firstError: string | null;
  /** A sentence when an instance ended, or something else cut the trial short. */
  interruption: { code: string; message: string } | null;
  /** How the other strategies of the block fared in each window, 1 on average; null without others. */
  pace: readonly number[] | null;
  /** For Little's law, where answers are long against the window; LITTLE_TOLERANCE unless told. */
  littleTolerance?: number;
}

/** A trial before it is judged, and what a trial does not keep. */
export interface Evidence extends Observed {
  trial: Omit<Trial, 'valid' | 'invalidReasons'>;
}

export interface Breach {
  code: string;
  message: string;
}

export interface ValidityRule {
  code: string;
  /** For docs and report: the rule in one line. */
  rule: string;
  /** What is wrong, as a sentence; null when nothing is. */
  breach(observed: Observed): string | null;
}

/** Share of a core above which a load worker may have been the limit. */
export const LOAD_WORKER_LIMIT_CORES = 0.9;
/** Of the event loop of a load worker on another machine: where it never waits, it may have been the limit. */
const MAX_AGENT_UTILIZATION = 0.97;
/** Load is begun and ended by it. */
const MOST_CLOCK_UNCERTAINTY_MS = 50;
/** More than a limit lets through: its periods need not begin with the window. */
const MAX_TIMES_LIMIT = 1.5;
/** Little's law: connections = throughput x mean latency, within this share. */
export const LITTLE_TOLERANCE = 0.05;
/** Share of its requests that an open-loop sender may get to late. */
export const MAX_LATE_SHARE = 0.01;
/** One instance may get so many times the requests of another. */
const MAX_SHARE_RATIO = 2;
/** The thirds of a window may differ in throughput by this share of the mean. */
const MAX_SPREAD = 0.3;
/** Share of its working time that the garbage collector of an instance may take; twins take 2 to 6 %. */
const MAX_COLLECTOR_SHARE = 0.15;

export const VALIDITY_RULES: readonly ValidityRule[] = [
  {
    code: 'load-generator-limit',
    rule: `a process of the lab (one that sends load, or the proxy before the stores) used more than ${LOAD_WORKER_LIMIT_CORES * 100} % of a core`,
    breach({ trial }) {
      const [worst] = trial.processes
        .filter(({ kind, agent }) => tierOf(kind).scope === 'lab' && agent === undefined)
        .map(({ kind, cores }) => ({ kind, cores: cores ?? 0 }))
        .sort((one, other) => other.cores - one.cores);
      if (!worst || worst.cores <= LOAD_WORKER_LIMIT_CORES) return null;
      const { id, word } = tierOf(worst.kind);
      const who = id === 'loadGenerator' ? 'a load-generating process' : `the ${word}`;
      return `${who} used ${percent(worst.cores)} of a core, so it may have been the limit`;
    },
  },
  {
    code: 'agent-lost',
    rule: 'an agent (a machine that sends load for the lab) ended, or was not heard of for 3 s',
    breach({ trial: { agents = [] } }) {
      const [first] = agents.flatMap(({ name, lost }) => (lost ? [{ name, lost }] : []));
      return first ? `The agent ${first.name} was lost: ${first.lost}.` : null;
    },
  },
  {
    code: 'agent-gap',
    rule: 'what an agent told of itself, in numbered parts, is not complete',
    breach({ trial: { agents = [] } }) {
      const [first] = agents.flatMap(({ name, gap, lost }) =>
        gap && !lost ? [{ name, gap }] : [],
      );
      return first ? `what the agent ${first.name} told is not complete: ${first.gap}` : null;
    },
  },
  {
    code: 'agent-saturated',
    rule: `an agent was the limit: one of its processes used more than ${LOAD_WORKER_LIMIT_CORES * 100} % of a core, or its event loop worked for more than ${MAX_AGENT_UTILIZATION * 100} % of the time, or it got to more than ${MAX_LATE_SHARE * 100} % of its planned requests late, or it began a window late`,
    breach: breachOfAgents,
  },
  {
    code: 'agent-clock',
    rule: `the clock of an agent was known to no less than ${MOST_CLOCK_UNCERTAINTY_MS} ms`,
    breach({ trial: { agents = [] } }) {
      const worst = agents.find((each) => each.clockUncertaintyMs > MOST_CLOCK_UNCERTAINTY_MS);
      if (!worst) return null;
      return `the clock of the agent ${worst.name} was known to ${worst.clockUncertaintyMs.toFixed(0)} ms only, so it may not have sent when the others did`;
    },
  },
  {
    code: 'limit-not-held',
    rule: `a process used over ${MAX_TIMES_LIMIT} times the share of a core that it was held to`,
    breach({ trial }) {
      const over = trial.processes.find(
        ({ cores, limitCores }) => limitCores && (cores ?? 0) > MAX_TIMES_LIMIT * limitCores,
      );
      if (over === undefined) return null;
      return `${over.name} was to be held to ${over.limitCores} of a core and used ${over.cores?.toFixed(2)}: its limit is not in force`;
    },
  },
  {
    code: 'counts-differ',
    rule: 'client and server counted different numbers of requests, by more than were in flight',
    breach({ trial: { reconciliation } }) {
      if (reconciliation === null || reconciliation.countsUnknown) return null;
      const { clientRequests, serverRequests, inFlightLimit } = reconciliation;
      if (serverRequests === null) return 'the instances could not be asked for their count';
      const difference = serverRequests - clientRequests;
      if (difference >= 0 && difference <= inFlightLimit) return null;
      return `the client counted ${countOf(clientRequests, 'answer')}, the instances ${serverRequests}; at most ${inFlightLimit} were in flight`;
    },
  },
  {
    code: 'littles-law',
    rule: `requests in the system (closed loop: connections) and throughput x mean latency differ by more than ${LITTLE_TOLERANCE * 100} %`,
    breach({ trial, littleTolerance = LITTLE_TOLERANCE }) {
      if (trial.openLoop) return breachOfOpenLoop(trial.openLoop);
      if (!trial.latencyMs) return null;
      const inSystem = (trial.throughputRps * trial.latencyMs.mean) / 1000;
      if (Math.abs(inSystem / trial.connections - 1) <= littleTolerance) return null;
      return `throughput x mean latency gives ${inSystem.toFixed(1)} requests in flight, but there ${trial.connections === 1 ? 'is' : 'are'} ${countOf(trial.connections, 'connection')}`;
    },
  },
  {
    code: 'unexpected-answers',
    rule: 'any unexpected status, error or timeout',
    breach({ trial, unexpectedStatuses, firstError }) {
      const seen = [
        ...Object.entries(unexpectedStatuses).map(
          ([status, times]) => `status ${status} x ${times}`,
        ),
        ...(trial.errors > 0
          ? [
              `${trial.errors} ${trial.errors === 1 ? 'connection error' : 'connection errors'} (first: ${firstError})`,
            ]
          : []),
        ...(trial.timeouts > 0 ? [`${trial.timeouts} timeouts`] : []),
      ];
      return seen.length > 0 ? `unexpected answers: ${seen.join(', ')}` : null;
    },
  },
  {
    code: 'uneven-instances',
    rule: `one instance got over ${MAX_SHARE_RATIO} times another's share of the requests`,
    breach({ trial }) {
      const counts = trial.perInstance.map((instance) => instance.requests);
      const [least, most] = [Math.min(...counts), Math.max(...counts)];
      if (counts.length < 2 || most <= MAX_SHARE_RATIO * least) return null;
      return `one instance answered ${countOf(most, 'request')} and another ${least}`;
    },
  },
  {
    code: 'collector-heavy',
    rule: `the garbage collector took over ${MAX_COLLECTOR_SHARE * 100} % of the time in which an instance worked (of instances that are not held to a share of a core: those stand still in the middle of a collection)`,
    breach({ trial: { perInstance, processes } }) {
      if (processes.some(({ kind, limitCores }) => kind === 'application' && limitCores))
        return null;
      const shares = perInstance.map(({ heap }) => heap?.collectorShare ?? 0);
      const worst = Math.max(0, ...shares);
      if (worst <= MAX_COLLECTOR_SHARE) return null;
      const index = shares.indexOf(worst);
      const major = perInstance[index]?.heap?.majorCollections ?? 0;
      return `the garbage collector took ${percent(worst)} of the working time of instance ${index + 1}, with ${countOf(major, 'collection')} of the whole heap: this process costs more than its twins for as long as it lives (docs/process-lottery.md)`;
    },
  },
  {
    code: 'not-steady',
    rule: `the thirds of the window differ in throughput by more than ${MAX_SPREAD * 100} %, also where the change that the other strategies of the block saw, or the load generator in its own cost of a request, or that of the CPU time which the machine gave, or the last two together, is taken out`,
    breach({ trial, pace }) {
      const steadiness = steadinessOf(trial.windowsRps);
      if (!steadiness) return null;
      const isClosed = trial.openLoop === undefined;
      const given = isClosed ? paceOfCpuGiven(trial) : null;
      const ofGenerator = paceOfGenerator(trial);
      const spreads = [null, pace, ofGenerator, given, productOf(given, ofGenerator)].map(
        (each) => steadinessOf(trial.windowsRps, each)?.spread ?? Number.POSITIVE_INFINITY,
      );
      if (Math.min(...spreads) <= allowedSpread(trial.requests)) return null;
      const thirds = steadiness.thirds.map(Math.round).join(', then ');
      return `throughput changed within the window (${thirds} requests/s): not warm, or disturbed`;
    },
  },
  {
    code: 'sender-late',
    rule: `an open-loop sender got to more than ${MAX_LATE_SHARE * 100} % of its requests late (over 1 ms after the plan, unless the trial says otherwise)`,
    breach({ trial: { openLoop } }) {
      if (!openLoop || openLoop.late <= MAX_LATE_SHARE * openLoop.planned) return null;
      return `the sender got to ${openLoop.late} of ${openLoop.planned} requests over ${openLoop.lateAfterMs} ms late, so the load was not the planned one`;
    },
  },
  {
    code: 'plan-not-sent',
    rule: 'an open-loop sender left out requests of its plan that no server was in the way of',
    breach({ trial: { openLoop } }) {
      if (!openLoop || openLoop.planned - openLoop.sent <= openLoop.inFlightAtEnd) return null;
      return `${openLoop.planned} requests were planned, ${openLoop.sent} sent, and only ${openLoop.inFlightAtEnd} were under way or waiting at the end`;
    },
  },
  {
    code: 'nothing-measured',
    rule: 'no request was answered inside the window',
    breach: ({ trial }) => (trial.requests === 0 ? 'no request was answered in the window' : null),
  },
];

/** Judges a trial by every rule; several can be broken at once. */
export function judge(evidence: Evidence): Trial {
  const broken = breachesOf(evidence);
  const { interruption } = evidence;
  const others = broken.filter(({ code }) => code !== interruption?.code);
  const invalidReasons = interruption ? [interruption, ...others] : broken;
  return { ...evidence.trial, valid: invalidReasons.length === 0, invalidReasons };
}

/** Every rule that is broken, with what was seen. */
export function breachesOf(observed: Observed): Breach[] {
  return VALIDITY_RULES.flatMap((rule) => {
    const message = rule.breach(observed);
    return message ? [{ code: rule.code, message }] : [];
  });
}

/** One of several may be the limit where all together are not. */
function breachOfAgents({ trial: { agents = [], processes } }: Observed): string | null {
  const busiest = processes
    .filter(({ agent, cores }) => agent !== undefined && (cores ?? 0) > LOAD_WORKER_LIMIT_CORES)
    .sort((one, other) => (other.cores ?? 0) - (one.cores ?? 0))[0];
  if (busiest) return `${busiest.name} used ${percent(busiest.cores ?? 0)} of a core`;
  for (const { name, eventLoopUtilization, lateShare = 0, lateStarts } of agents) {
    if (eventLoopUtilization > MAX_AGENT_UTILIZATION) {
      return `the event loop of a load worker of the agent ${name} worked for ${percent(eventLoopUtilization)} of the time`;
    }
    if (lateShare > MAX_LATE_SHARE) {
      return `the agent ${name} got to ${(lateShare * 100).toFixed(1)} % of its planned requests late`;
    }
    if (lateStarts > 0) {
      return `the agent ${name} could not send when ${countOf(lateStarts, 'window')} began`;
    }
  }
  return null;
}

/**
 * The number in the system is not given here but counted from moment to moment, so the law holds for
 * any window (Little, Little's Law as Viewed on Its 50th Anniversary, 2011, section 3): what fails it is a
 * request lost or counted twice.
 */
function breachOfOpenLoop(openLoop: NonNullable<Trial['openLoop']>): string | null {
  const { meanInSystem, meanInSystemByLatency } = openLoop;
  const difference = Math.abs(meanInSystemByLatency - meanInSystem);
  if (difference <= LITTLE_TOLERANCE * meanInSystem) return null;
  return `the times requests took give ${meanInSystemByLatency.toFixed(2)} of them in the system, but ${meanInSystem.toFixed(2)} were counted`;
}

/**
 * A third with few requests differs from the others by chance: a count of k scatters by its square
 * root. Four such deviations of a third are no sign of anything.
 */
function allowedSpread(requests: number): number {
  return Math.max(MAX_SPREAD, 4 * Math.sqrt(3 / Math.max(1, requests)));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
