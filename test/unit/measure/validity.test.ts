import { expect } from 'chai';
import { type Evidence, judge, VALIDITY_RULES } from '../../../bench/measure/validity.js';
import { makeTrial } from '../bench-support.js';

function evidence(
  trial: Partial<Evidence['trial']> = {},
  more: Partial<Omit<Evidence, 'trial'>> = {},
): Evidence {
  return {
    trial: makeTrial(trial),
    unexpectedStatuses: {},
    firstError: null,
    interruption: null,
    pace: null,
    ...more,
  };
}

function codes(given: Evidence): string[] {
  return judge(given).invalidReasons.map((reason) => reason.code);
}

/** For every rule: what just passes and what just breaks it. */
const EDGES: Record<string, { passes: Evidence; breaks: Evidence }> = {
  'load-generator-limit': {
    passes: evidence({ processes: loadWorker(0.9) }),
    breaks: evidence({ processes: loadWorker(0.91) }),
  },
  'agent-lost': {
    passes: evidence({ agents: [sender({})] }),
    breaks: evidence({ agents: [sender({}), sender({ name: 'b', lost: 'its connection ended' })] }),
  },
  'agent-gap': {
    passes: evidence({ agents: [sender({})] }),
    breaks: evidence({ agents: [sender({ gap: 'part 3 came where 2 was due' })] }),
  },
  'agent-saturated': {
    passes: evidence({ agents: [sender({ eventLoopUtilization: 0.97, lateShare: 0.01 })] }),
    breaks: evidence({ agents: [sender({ eventLoopUtilization: 0.98 })] }),
  },
  'agent-clock': {
    passes: evidence({ agents: [sender({ clockUncertaintyMs: 50 })] }),
    breaks: evidence({ agents: [sender({ clockUncertaintyMs: 50.1 })] }),
  },
  'limit-not-held': {
    passes: evidence({ processes: [held(0.15), ...loadWorker(0.5)] }),
    breaks: evidence({ processes: [held(0.16), ...loadWorker(0.5)] }),
  },
  'counts-differ': {
    passes: evidence({ reconciliation: counted(1000, 1100) }),
    breaks: evidence({ reconciliation: counted(1000, 1101) }),
  },
  'littles-law': {
    passes: evidence({ latencyMs: latency(10.49) }),
    breaks: evidence({ latencyMs: latency(10.6) }),
  },
  'unexpected-answers': {
    passes: evidence({}, { unexpectedStatuses: {} }),
    breaks: evidence({}, { unexpectedStatuses: { 401: 1 } }),
  },
  'uneven-instances': {
    passes: evidence({ perInstance: shares(1000, 2000) }),
    breaks: evidence({ perInstance: shares(1000, 2001) }),
  },
  'collector-heavy': {
    passes: evidence({ perInstance: [collecting(0.02), collecting(0.15)] }),
    breaks: evidence({ perInstance: [collecting(0.02), collecting(0.16)] }),
  },
  'not-steady': {
    passes: evidence({ windowsRps: [86, 100, 115] }),
    breaks: evidence({ windowsRps: [84, 100, 116] }),
  },
  'sender-late': {
    passes: evidence({ openLoop: openLoop({ late: 100 }) }),
    breaks: evidence({ openLoop: openLoop({ late: 101 }) }),
  },
  'plan-not-sent': {
    passes: evidence({ openLoop: openLoop({ sent: 9_970, inFlightAtEnd: 30 }) }),
    breaks: evidence({ openLoop: openLoop({ sent: 9_969, inFlightAtEnd: 30 }) }),
  },
  'nothing-measured': {
    passes: evidence({ requests: 1 }),
    breaks: evidence({ requests: 0 }),
  },
};

function openLoop(
  changes: Partial<NonNullable<Evidence['trial']['openLoop']>> = {},
): NonNullable<Evidence['trial']['openLoop']> {
  return {
    arrivals: 'poisson',
    offeredRps: 5000,
    planned: 10_000,
    sent: 10_000,
    late: 0,
    lateAfterMs: 1,
    latestMs: 2,
    inFlightAtEnd: 0,
    meanInSystem: 20,
    meanInSystemByLatency: 20,
    ...changes,
  };
}

function loadWorker(cores: number): Evidence['trial']['processes'] {
  return [{ kind: 'loadGenerator', name: 'shard 1', cpuSeconds: 1, cores, rssBytes: 1 }];
}

type Sender = NonNullable<Evidence['trial']['agents']>[number];

function sender(changes: Partial<Sender>): Sender {
  return {
    ...{ name: 'a', requests: 1000, eventLoopUtilization: 0.5, lateStarts: 0 },
    clockUncertaintyMs: 1,
    ...changes,
  };
}

/** Before the stores. */
function proxy(cores: number): Evidence['trial']['processes'][number] {
  return { kind: 'network', name: 'delaying proxy', cpuSeconds: 1, cores, rssBytes: 1 };
}

/** To a tenth of a core. */
function held(cores: number): Evidence['trial']['processes'][number] {
  const use = { cpuSeconds: 1, rssBytes: 1, throttledSeconds: 1 };
  return { kind: 'application', name: 'instance 1', ...use, cores, limitCores: 0.1 };
}

/** An instance with so much of its working time in the garbage collector. */
function collecting(collectorShare: number): Evidence['trial']['perInstance'][number] {
  const [instance] = shares(1000) as [Evidence['trial']['perInstance'][number]];
  const heap = { usedBytes: 1, majorCollections: 2, minorCollections: 9, collectorShare };
  return { ...instance, heap };
}

function counted(clientRequests: number, serverRequests: number | null) {
  return { clientRequests, serverRequests, inFlightLimit: 100 };
}

/** With 10,000 requests/s and 100 connections, Little's law asks for 10 ms. */
function latency(mean: number) {
  return { mean, p50: 9, p90: 12, p95: 13, p99: 20, p999: 30, max: 40 };
}

function shares(...requests: number[]): Evidence['trial']['perInstance'] {
  return requests.map((count, index) => ({
    instance: index + 1,
    requests: count,
    share: 0.5,
    cpuMicrosecondsPerRequest: 1,
    cores: 0.5,
    rssBytes: 1,
  }));
}

describe('validity of a trial', () => {
  it('is given when no rule is broken', () => {
    expect(judge(evidence())).to.include({ valid: true });
  });

  it('has an example on both sides of every rule', () => {
    expect(Object.keys(EDGES)).to.have.members(VALIDITY_RULES.map((rule) => rule.code));
  });

  for (const [code, { passes, breaks }] of Object.entries(EDGES)) {
    it(`holds just inside the bound of ${code} and is lost just outside`, () => {
      expect(codes(passes)).to.not.include(code);
      expect(codes(breaks)).to.deep.equal([code]);
      expect(judge(breaks).valid).to.equal(false);
    });
  }

  it('is lost where one of several agents was the limit, in whatever way', () => {
    const busy = { ...loadWorker(0.91)[0], name: 'b: shard 1', agent: 'b' };
    for (const more of [
      { processes: [busy as Evidence['trial']['processes'][number]] },
      { agents: [sender({}), sender({ name: 'b', lateShare: 0.011 })] },
      { agents: [sender({}), sender({ name: 'b', lateStarts: 1 })] },
    ]) {
      const [reason] = judge(evidence({ agents: [sender({})], ...more })).invalidReasons;
      expect(reason?.code).to.equal('agent-saturated');
      expect(reason?.message).to.match(/\bb\b/);
    }
  });

  it('names an agent that was lost once, whoever has noticed it', () => {
    const interruption = { code: 'agent-lost', message: 'The agent b was lost: silence.' };
    const lost = evidence({ agents: [sender({ lost: 'silence' })] }, { interruption });
    expect(judge(lost).invalidReasons).to.deep.equal([interruption]);
  });

  it("is lost when Little's law fails downwards too", () => {
    expect(codes(evidence({ latencyMs: latency(9.4) }))).to.deep.equal(['littles-law']);
  });

  it('asks no fixed number of connections of an open loop, but that its own counts agree', () => {
    const idle = { latencyMs: latency(1), openLoop: openLoop() };
    expect(codes(evidence(idle))).to.deep.equal([]);
    for (const meanInSystemByLatency of [18.9, 21.1]) {
      const lost = { ...idle, openLoop: openLoop({ meanInSystemByLatency }) };
      expect(codes(evidence(lost))).to.deep.equal(['littles-law']);
    }
  });

  it('is lost when the server counted fewer requests than the client', () => {
    expect(codes(evidence({ reconciliation: counted(1000, 999) }))).to.deep.equal([
      'counts-differ',
    ]);
  });

  it('is lost when the server could not be asked', () => {
    expect(codes(evidence({ reconciliation: counted(1000, null) }))).to.deep.equal([
      'counts-differ',
    ]);
  });

  it('is lost where any process of the lab was the limit, and says which', () => {
    expect(codes(evidence({ processes: [...loadWorker(0.5), proxy(0.9)] }))).to.deep.equal([]);
    const { invalidReasons } = judge(evidence({ processes: [...loadWorker(0.5), proxy(0.91)] }));
    expect(invalidReasons).to.have.lengthOf(1);
    expect(invalidReasons[0]?.message).to.include('the delaying proxy used 91 % of a core');
  });

  it('is lost by an error or a timeout alone', () => {
    expect(codes(evidence({ errors: 1 }, { firstError: 'ECONNRESET' }))).to.include(
      'unexpected-answers',
    );
    expect(codes(evidence({ timeouts: 1 }))).to.include('unexpected-answers');
  });

  it('is lost when throughput falls, as when it climbs', () => {
    expect(codes(evidence({ windowsRps: [118, 100, 82] }))).to.deep.equal(['not-steady']);
  });

  it('is lost by a cold start that ends within the window, and by a disturbance in its middle', () => {
    const cold = [40, 80, 95, 100, 100, 100, 100, 100, 100];
    const disturbed = [100, 100, 100, 60, 70, 80, 100, 100, 100];
    expect(codes(evidence({ windowsRps: cold }))).to.deep.equal(['not-steady']);
    expect(codes(evidence({ windowsRps: disturbed }))).to.deep.equal(['not-steady']);
  });

  it('survives thirds that differ by no more than counting a few requests would', () => {
    const windowsRps = [100, 113, 160];
    expect(codes(evidence({ windowsRps, requests: 200 }))).to.deep.equal([]);
    expect(codes(evidence({ windowsRps, requests: 50_000 }))).to.deep.equal(['not-steady']);
  });

  it('survives slices that jump about without a trend', () => {
    expect(codes(evidence({ windowsRps: [80, 120, 85, 118, 82, 121] }))).to.deep.equal([]);
  });

  it('names an instance that was lost before anything that follows from it', () => {
    const given = evidence(
      { reconciliation: counted(1000, null) },
      { interruption: { code: 'instance-lost', message: 'instance 1 ended with SIGKILL' } },
    );
    expect(codes(given)).to.deep.equal(['instance-lost', 'counts-differ']);
  });

  it('takes no change for unsteadiness that the other strategies saw as well', () => {
    const halved = { windowsRps: [100, 100, 50, 50, 50, 50] };
    expect(codes(evidence(halved))).to.deep.equal(['not-steady']);
    expect(codes(evidence(halved, { pace: [1.5, 0.75, 0.75] }))).to.deep.equal([]);
  });

  it('takes no change for unsteadiness that the load generator felt at the same moments', () => {
    const windowsRps = [100, 100, 50, 50, 50, 50];
    const unknown = { cpuSeconds: null, rssBytes: null };
    const processes = [
      { kind: 'application', name: 'instance 1', cores: 0.5, ...unknown },
      { kind: 'loadGenerator', name: 'shard 1', cores: 0.3, ...unknown },
    ];
    /** The same number of requests each, which cost the load generator so much. */
    const uses = (costs: readonly number[]) =>
      costs.map((cost) => ({ seconds: 1, requests: 100, cpuSeconds: [9, cost] }));
    const shared = { windowsRps, processes, windowUses: uses([1, 1, 2, 2, 2, 2]) };
    expect(codes(evidence(shared))).to.deep.equal([]);
    const alone = { windowsRps, processes, windowUses: uses([1, 1, 1, 1, 1, 1]) };
    expect(codes(evidence(alone))).to.deep.equal(['not-steady']);
    const unread = { windowsRps, processes: processes.slice(0, 1), windowUses: shared.windowUses };
    expect(codes(evidence(unread))).to.deep.equal(['not-steady']);
  });

  it('takes no change for unsteadiness where the machine gave less CPU time, and each request cost the same', () => {
    const windowsRps = [100, 100, 50, 50, 100, 100];
    const uses = (shares: readonly number[]) =>
      windowsRps.map((requests, index) => {
        return { seconds: 1, requests, cpuSeconds: [0.9 * (shares[index] ?? 0), null] };
      });
    const away = uses([1, 1, 0.5, 0.5, 1, 1]);
    expect(codes(evidence({ windowsRps, windowUses: away }))).to.deep.equal([]);
    // As much CPU time for half as many requests: it is the process that was not steady.
    const cold = uses([1, 1, 1, 1, 1, 1]);
    expect(codes(evidence({ windowsRps, windowUses: cold }))).to.deep.equal(['not-steady']);
    // A plan sends so much and no more, so less CPU time says nothing there.
    const sent = { windowsRps, windowUses: away, openLoop: openLoop({}) };
    expect(codes(evidence(sent))).to.deep.equal(['not-steady']);
  });
});
