import { expect } from 'chai';
import type { WorkerReport } from '../../../bench/load/messages.js';
import type { ProcessReading, Snapshot } from '../../../bench/measure/snapshot.js';
import type { ProcessUsage } from '../../../bench/processes/process-usage.js';
import {
  createLatencyHistogram,
  encodeHistogram,
} from '../../../bench/statistics/latency-histogram.js';
import type { SeenTurn } from '../../../bench/trial/seen-turn.js';
import {
  assembleEvidence,
  emptyTrial,
  type Observation,
} from '../../../bench/trial/trial-record.js';

const MICROSECONDS = 1e6;

/** A load worker that saw `requests` answers, each after `latencyMs`, half of them from each instance. */
function workerReport(requests: number, latencyMs: number): WorkerReport {
  const histogram = createLatencyHistogram();
  histogram.recordValueWithCount(latencyMs * 1000, requests);
  return {
    requests,
    requestsPerInstance: { 0: requests / 2, 1: requests / 2 },
    requestsPerSlice: [requests / 2, requests / 2],
    statuses: { 200: requests },
    unexpectedStatuses: {},
    requestsSinceStart: requests + 10,
    latencySumMs: requests * latencyMs,
    histogram: encodeHistogram(histogram),
    errors: 0,
    firstError: null,
    timeouts: 0,
    wire: { sentBytes: requests * 200, receivedBytes: requests * 500, responses: requests },
    leftovers: [],
  };
}

interface Changes {
  /** By the name of the process; null: it could not be read. */
  usages?: Record<string, ProcessUsage | null>;
  /** By the name of the process: seconds in which it was held back from its share of 0.1 cores. */
  throttledSeconds?: Record<string, number>;
  sessionStore?: null;
}

interface Processes {
  /** A process beside those of every run. */
  more?: Pick<ProcessReading, 'tier' | 'name' | 'workers'>;
  database?: 'mariadb';
}

/** All processes at `atMs`, each having used the given CPU seconds so far. */
const PLANNED = {
  round: 1,
  variant: 'session',
  workload: 'me',
  instances: 2,
  topology: 'direct',
} as const;

function snapshot(
  atMs: number,
  cpuSeconds: number,
  commands: number,
  { usages = {}, throttledSeconds = {}, ...others }: Changes = {},
  { more, database }: Processes = {},
): Snapshot {
  const usage = { cpuSeconds, rssBytes: 1000 };
  const atSeconds = atMs / 1000;
  const readings: Omit<ProcessReading, 'usage'>[] = [
    { tier: 'application', name: 'instance 1' },
    { tier: 'application', name: 'instance 2' },
    ...(more ? [more] : []),
    { tier: 'redis', name: 'redis' },
    { tier: database ?? 'postgres', name: database ?? 'postgres' },
    { tier: 'loadGenerator', name: 'shard 1' },
    { tier: 'loadGenerator', name: 'shard 2' },
  ];
  return {
    atMs,
    machine: { totalMs: atMs * 2, idleMs: atMs / 2, stealMs: 0 },
    processes: readings.map((reading) => {
      const { name } = reading;
      const own = usages[name] === undefined ? usage : usages[name];
      const held = throttledSeconds[name];
      return {
        ...reading,
        // This Redis runs elsewhere, and says by its own clock when that was.
        usage: own && name === 'redis' ? { ...own, atSeconds } : own,
        ...(held !== undefined && { held: { limitCores: 0.1, throttledSeconds: held } }),
      };
    }),
    sessionStore: { ...usage, commands, atSeconds },
    ...others,
  };
}

function observe(
  changes: Processes & {
    from?: Changes;
    to?: Changes;
    countedByInstances?: number[] | null;
  } = {},
  readWindows?: SeenTurn['windows'],
  windows?: Observation['load']['windows'],
) {
  const config = { connections: 100, loadWorkers: 2, seconds: 2, warmUpSeconds: 1 };
  return assembleEvidence({
    blank: emptyTrial(PLANNED, 0, {}, config),
    fleet: {
      instances: [1, 2].map((number) => ({ number, pid: number, origin: 'http://127.0.0.1:1' })),
      ...(changes.countedByInstances !== undefined && {
        web: { pid: 4, origin: 'http://127.0.0.1:3', workers: 2 },
      }),
    },
    turns: [
      {
        windows: readWindows ?? [
          {
            from: snapshot(1000, 5, 100, changes.from, changes),
            // Read 20 ms after the end of a window of 2 s: 2.02 s later.
            to: snapshot(3020, 6.01, 8180, changes.to, changes),
            requests: 8000,
          },
        ],
        requests: 8020,
        before: counted(changes.countedByInstances, 100),
        after: counted(changes.countedByInstances, 200),
      },
    ],
    load: {
      windows: windows ?? [
        { seconds: 2, reports: [workerReport(4000, 10), workerReport(4000, 30)] },
      ],
      readings: windows ? 'between-loads' : 'under-load',
      inFlightLimit: 100,
    },
    interruption: null,
  });
}

/** What the instances say; they count so many requests from 100 to 200. */
function counted(growth: number[] | null = [4000, 4030], at: number): SeenTurn['before'] {
  return [0, 1].map((index) =>
    growth === null
      ? null
      : {
          requests: { completed: 7 + (at === 200 ? (growth[index] as number) : 0) },
          heap: {
            usedBytes: at * 1000,
            majorCollections: at / 100,
            minorCollections: at / 10,
            collectingMs: at / 2,
          },
          eventLoop: { delays: [], activeMs: at * 10, idleMs: 0 },
        },
  );
}

describe('record of a trial', () => {
  it('adds the load workers up', () => {
    const { trial } = observe();
    expect(trial.requests).to.equal(8000);
    expect(trial.throughputRps).to.equal(4000);
    expect(trial.statuses).to.deep.equal({ 200: 8000 });
    expect(trial.windowsRps).to.deep.equal([4000, 4000]);
    expect(trial.reconciliation).to.include({ clientRequests: 8020, serverRequests: 8030 });
  });

  it('merges latencies before it takes percentiles, and keeps the exact mean', () => {
    const { latencyMs } = observe().trial;
    expect(latencyMs?.mean).to.equal(20);
    expect(latencyMs?.p50).to.be.closeTo(10, 0.01);
    expect(latencyMs?.p99).to.be.closeTo(30, 0.03);
  });

  it('takes CPU time at the rate of the interval between its snapshots', () => {
    // 1.01 s in 2.02 s is half a core: 1 s of CPU time in the window of 2 s, for each process.
    const { trial } = observe();
    const one = (1 * MICROSECONDS) / 8000;
    expect(trial.cpuMicrosecondsPerRequest.application).to.be.closeTo(2 * one, 1e-6);
    expect(trial.cpuMicrosecondsPerRequest.loadGenerator).to.be.closeTo(2 * one, 1e-6);
    expect(trial.cpuMicrosecondsPerRequest.redis).to.be.closeTo(one, 1e-6);
    expect(trial.cpuMicrosecondsPerRequest.postgres).to.be.closeTo(one, 1e-6);
  });

  it('gives each instance its own share and its own cost', () => {
    const [first] = observe().trial.perInstance;
    expect(first).to.include({ instance: 1, requests: 4000, share: 0.5 });
    expect(first?.cpuMicrosecondsPerRequest).to.be.closeTo(MICROSECONDS / 4000, 1e-6);
  });

  it('says what the garbage collector of each instance did', () => {
    expect(observe().trial.perInstance[1]?.heap).to.deep.equal({
      ...{ usedBytes: 200_000, majorCollections: 1, minorCollections: 10 },
      // 50 ms of the second in which the event loop worked.
      collectorShare: 0.05,
    });
    const [silent] = observe({ countedByInstances: null }).trial.perInstance;
    expect(silent).not.to.have.property('heap');
  });

  it("counts Redis commands by Redis's own clock", () => {
    // 8080 commands in 2.02 s are 8000 in the window.
    expect(observe().trial.storeCommandsPerRequest).to.be.closeTo(1, 1e-9);
  });

  it('takes bytes per request from the answers between the same two moments', () => {
    expect(observe().trial.bytesPerRequest).to.deep.equal({ sent: 200, received: 500 });
  });

  it('measures the authority where there is one, and says nothing of it where there is none', () => {
    const more = { tier: 'authority', name: 'authority' };
    const { trial } = observe({ more });
    expect(trial.cpuMicrosecondsPerRequest.authority).to.be.closeTo(MICROSECONDS / 8000, 1e-6);
    expect(trial.rssBytes.authority).to.equal(1000);
    expect(trial.processes).to.deep.include({
      ...{ kind: 'authority', name: 'authority', rssBytes: 1000 },
      ...{ cpuSeconds: 6.01 - 5, cores: (6.01 - 5) / 2.02 },
    });
    expect(observe().trial.cpuMicrosecondsPerRequest).not.to.have.property('authority');
    const lost = observe({ more, to: { usages: { authority: null } } });
    expect(lost.trial.cpuMicrosecondsPerRequest.authority).to.equal(null);
  });

  it('measures a web tier where there is one, with all its workers', () => {
    const { trial } = observe({
      countedByInstances: [1, 1],
      more: { tier: 'web', name: 'nginx', workers: 2 },
    });
    expect(trial.cpuMicrosecondsPerRequest.web).to.be.closeTo(MICROSECONDS / 8000, 1e-6);
    expect(trial.rssBytes.web).to.equal(1000);
    expect(trial.processes.find(({ kind }) => kind === 'web')).to.deep.equal({
      ...{ kind: 'web', name: 'nginx', rssBytes: 1000, workers: 2 },
      ...{ cpuSeconds: 6.01 - 5, cores: (6.01 - 5) / 2.02 },
    });
    expect(observe().trial.cpuMicrosecondsPerRequest).not.to.have.property('web');
  });

  it('keeps the figures of a tier that the lab does not know under the id that it came with', () => {
    const { trial } = observe({ more: { tier: 'vault', name: 'vault 1' } });
    expect(trial.cpuMicrosecondsPerRequest.vault).to.be.closeTo(MICROSECONDS / 8000, 1e-6);
    expect(trial.rssBytes.vault).to.equal(1000);
    expect(trial.processes.find(({ name }) => name === 'vault 1')?.kind).to.equal('vault');
    expect(trial.cpuMicrosecondsPerRequest).not.to.have.property('authority');
  });

  it('takes the shares of the instances behind a web tier from what they counted themselves', () => {
    const sharesOf = (countedByInstances: number[] | null) =>
      observe({ countedByInstances }).trial.perInstance.map(({ requests, share }) => [
        requests,
        share,
      ]);
    expect(sharesOf([3000, 1000])).to.deep.equal([
      [6000, 0.75],
      [2000, 0.25],
    ]);
    expect(observe({ countedByInstances: null }).trial.reconciliation.serverRequests).to.equal(
      null,
    );
    // One that could not be asked: nothing is known, and nothing is made up.
    expect(sharesOf(null)).to.deep.equal([
      [0, 0],
      [0, 0],
    ]);
  });

  it('adds windows up, with the whole cost of every load, its first and last requests included', () => {
    const span = (atMs: number, cpu: number, commands: number) => ({
      from: snapshot(atMs, cpu, 100),
      to: snapshot(atMs + 2500, cpu + 1, 100 + commands),
      requests: 4000,
    });
    const report = { ...workerReport(6000, 10), requestsPerSlice: [4000, 2000] };
    // Of 8,000 answers 6,000 came inside the windows.
    const reports = [{ ...report, wire: { sentBytes: 0, receivedBytes: 0, responses: 8000 } }];
    const spans = [span(1000, 5, 5000), span(9000, 8, 3000)];
    const { trial } = observe({}, spans, [{ seconds: 4, reports }]);
    expect(trial).to.deep.include({ windows: 2, seconds: 4, requests: 6000, throughputRps: 1500 });
    expect(trial.windowsRps).to.deep.equal([2000, 1000]);
    // As they were read, for analyses of one's own.
    const cpuSeconds = trial.processes.map(() => 1);
    expect(trial.windowUses).to.deep.equal([
      { seconds: 2.5, requests: 4000, cpuSeconds },
      { seconds: 2.5, requests: 4000, cpuSeconds },
    ]);
    // What was used between the loads belongs to others: 2 s of CPU time for 8,000 requests.
    expect(trial.processes[0]).to.deep.include({ cpuSeconds: 2, cores: 0.4 });
    expect(trial.cpuMicrosecondsPerRequest.redis).to.be.closeTo(250, 1e-9);
    expect(trial.storeCommandsPerRequest).to.be.closeTo(1, 1e-9);
  });

  it('says how long a process was held back, and nothing of one that is not held', () => {
    const throttled = (seconds: number): Changes => ({
      throttledSeconds: { 'instance 1': seconds, 'instance 2': 2 * seconds },
    });
    const { trial } = observe({ from: throttled(1), to: throttled(1.5) });
    expect(trial.processes[0]).to.include({ limitCores: 0.1, throttledSeconds: 0.5 });
    expect(trial.processes[1]).to.include({ limitCores: 0.1, throttledSeconds: 1 });
    expect(trial.processes.find(({ kind }) => kind === 'redis')).not.to.have.property('limitCores');
  });

  it('calls the database by its name, and says nothing of one that there was not', () => {
    const { trial } = observe({ database: 'mariadb' });
    expect(trial.cpuMicrosecondsPerRequest.mariadb).to.be.closeTo(
      observe().trial.cpuMicrosecondsPerRequest.postgres as number,
      1e-9,
    );
    expect(trial.rssBytes).to.include({ mariadb: 1000 }).and.not.to.have.property('postgres');
    expect(trial.processes.map(({ kind }) => kind)).to.include('mariadb');
    const config = { connections: 100, loadWorkers: 2, seconds: 2, warmUpSeconds: 1 };
    const blank = emptyTrial(PLANNED, 0, {}, { ...config, database: 'mariadb' });
    expect(blank.cpuMicrosecondsPerRequest).to.deep.equal({
      ...{ application: null, redis: null, loadGenerator: null, mariadb: null },
    });
  });

  it('leaves unknown what a process that vanished would have told, instead of taking it for zero', () => {
    const { trial } = observe({
      to: { usages: { 'instance 2': null, redis: null }, sessionStore: null },
    });
    expect(trial.cpuMicrosecondsPerRequest.application).to.equal(null);
    expect(trial.cpuMicrosecondsPerRequest.redis).to.equal(null);
    expect(trial.storeCommandsPerRequest).to.equal(null);
    expect(trial.cpuMicrosecondsPerRequest.postgres).to.not.equal(null);
  });
});
