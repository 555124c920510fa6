import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { serverCpuMicroseconds } from '../../../bench/analyse/metrics.js';
import { type Fleet, startFleet } from '../../../bench/fleet/fleet.js';
import type { WorkerReport } from '../../../bench/load/messages.js';
import { type MeasuredProcess, takeSnapshot } from '../../../bench/measure/snapshot.js';
import type { Trial } from '../../../bench/model/result-schema.js';
import { type Tier, withMoreTiers } from '../../../bench/model/tiers.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import {
  createLatencyHistogram,
  encodeHistogram,
} from '../../../bench/statistics/latency-histogram.js';
import { redis } from '../../../bench/stores/redis/redis.js';
import { assembleEvidence, emptyTrial } from '../../../bench/trial/trial-record.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../../support/stores.js';
import { makeResult } from '../../unit/report/fixture.js';

const BURN_MS = 20;
const REQUESTS = 25;

/** All that it takes to add a tier: this record, and a process that is started under its id. */
const VAULT: Tier = {
  id: 'vault',
  label: 'Vault',
  word: 'vault',
  scope: 'fleet',
  presence: 'some-runs',
  isDatabase: false,
  threads: 1,
  reading: 'process',
  whenBusy: 'More instances cannot raise throughput there: all of them ask the one vault.',
  canBeHeld: false,
  fill: { color: '#7f3b08', pattern: 'squares' },
  place: 5.5,
  planned: null,
};

describe('a tier that is added', () => {
  let database: TestDatabase;
  let store: Awaited<ReturnType<typeof createTestRedis>>;
  let guardian: Guardian;
  let fleet: Fleet | undefined;
  let trial: Omit<Trial, 'valid' | 'invalidReasons'>;

  before(async () => {
    database = await createTestDatabase();
    store = await createTestRedis();
    guardian = await startGuardian();
    await withMoreTiers([VAULT], async () => {
      fleet = await startWithVault(database.url, guardian);
      trial = await measure(fleet, store.url);
    });
  });
  after(async () => {
    await fleet?.stop();
    await guardian.stop();
    store.close();
    await database.drop();
  });

  it('is started as a companion, whose address the instances know', function () {
    if (process.platform !== 'linux') this.skip();
    const { instances, companions } = fleet as Fleet;
    const environment = readFileSync(`/proc/${instances[0]?.pid}/environ`, 'utf8').split('\0');
    expect(environment).to.include(`VAULT_URL=${companions[0]?.origin}`);
  });

  it('is measured, and stands in the record of a trial under its id', () => {
    const use = trial.processes.find(({ kind }) => kind === 'vault');
    expect(use).to.include({ name: 'vault' });
    expect(use?.cpuSeconds).to.be.within(0.9 * seconds(), 3 * seconds());
    expect(use?.rssBytes).to.be.greaterThan(1e6);
    expect(trial.rssBytes.vault).to.equal(use?.rssBytes);
    const each = (use?.cpuSeconds as number) * 1e6;
    expect(trial.cpuMicrosecondsPerRequest.vault).to.be.closeTo(each / REQUESTS, 1e-3);
  });

  it('is named in a report, drawn in its colour, and counted among the servers', () => {
    withMoreTiers([VAULT], () => {
      const result = resultWith(trial);
      const [first] = result.trials as [Trial];
      const others = { ...first.cpuMicrosecondsPerRequest, vault: 0 };
      expect(serverCpuMicroseconds(first)).to.be.closeTo(
        (serverCpuMicroseconds({ ...first, cpuMicrosecondsPerRequest: others }) as number) +
          (trial.cpuMicrosecondsPerRequest.vault as number),
        1e-3,
      );
      const text = renderMarkdown(result);
      expect(text).to.match(/\| Application +\| Redis +\| PostgreSQL +\| Vault +\| All servers/);
      expect(text).to.include('and the vault where there is one');
      const html = renderHtml(result);
      expect(html)
        .to.include(VAULT.fill.color)
        .and.to.match(/<text[^>]*>Vault<\/text>/);
      const [header = ''] = renderTrialsCsv(result).split('\r\n');
      expect(header.split(',')).to.include.members([
        'cpuMicrosecondsPerRequest.vault',
        'rssBytes.vault',
      ]);
    });
  });

  it('is what limited a trial in which it used its whole core', () => {
    withMoreTiers([VAULT], () => {
      // How much of a core it got here depends on what else this machine does.
      const result = resultWith(trial, { cores: 0.97 });
      expect(limitOf(result.trials[0] as Trial)).to.deep.equal({
        code: 'vault',
        label: 'the vault (it used its whole core)',
      });
      const text = renderMarkdown(result);
      expect(text).to.include(
        `the limit was the vault (it used its whole core). ${VAULT.whenBusy}`,
      );
      expect(text).to.match(/\| vault +\|/);
    });
  });

  it('is in what is said of growth with instances', () => {
    withMoreTiers([VAULT], () => {
      const text = renderMarkdown(resultWith(trial, { cores: 0.97 }, [1, 2, 4]));
      expect(text).to.include('because the vault is busy then');
      expect(text).to.include('Vault: one core, assumed from how it is built.');
    });
  });

  it('is unknown again to whatever comes after', () => {
    expect(limitOf(resultWith(trial, { cores: 0.97 }).trials[0] as Trial).code).to.equal('none');
    const html = renderHtml(resultWith(trial));
    expect(html).not.to.include(VAULT.fill.color);
    expect(html).to.match(/<text[^>]*>vault<\/text>/);
  });
});

function seconds(): number {
  return (REQUESTS * BURN_MS) / 1000;
}

function startWithVault(databaseUrl: string, guardian: Guardian): Promise<Fleet> {
  const file = fileURLToPath(new URL('../../support/burning-server.js', import.meta.url));
  return startFleet({
    strategy: 'none',
    instances: 1,
    companions: [
      {
        name: 'vault',
        tier: 'vault',
        spawn: (env) => spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
      },
    ],
    environment: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'silent', BURN_MS: String(BURN_MS) },
    guardian,
  });
}

/** The vault is asked directly: what is tested is that its cost is seen, whoever causes it. */
async function measure(
  fleet: Fleet,
  redisUrl: string,
): Promise<Omit<Trial, 'valid' | 'invalidReasons'>> {
  const processes: MeasuredProcess[] = [
    ...fleet.processes,
    { tier: 'redis', name: 'redis', pid: null, isMetered: true },
    { tier: 'postgres', name: 'postgres', pid: null },
  ];
  const meter = await redis.connectMeter({ url: redisUrl });
  try {
    const now = () => performance.now();
    const from = await takeSnapshot('from', meter, processes, now);
    const [vault] = fleet.companions;
    for (let asked = 0; asked < REQUESTS; asked++) {
      await (await fetch(vault?.origin as string)).text();
    }
    const to = await takeSnapshot('to', meter, processes, now);
    const planned = {
      ...{ round: 1, variant: 'none', workload: 'me', instances: 1 },
      topology: 'direct' as const,
    };
    const config = { connections: 1, loadWorkers: 1, seconds: 1, warmUpSeconds: 1 };
    return assembleEvidence({
      blank: emptyTrial(planned, 0, {}, config),
      fleet,
      turns: [
        {
          windows: [{ from, to, requests: REQUESTS }],
          requests: REQUESTS,
          before: [said(0)],
          after: [said(REQUESTS)],
        },
      ],
      load: {
        windows: [{ seconds: (to.atMs - from.atMs) / 1000, reports: [reportOfRequests()] }],
        readings: 'between-loads',
        inFlightLimit: 1,
      },
      interruption: null,
    }).trial;
  } finally {
    meter.close();
  }
}

/** What an instance says of itself. */
function said(completed: number) {
  return { requests: { completed } };
}

function reportOfRequests(): WorkerReport {
  return {
    requests: REQUESTS,
    requestsPerInstance: { 0: REQUESTS },
    requestsPerSlice: [REQUESTS],
    statuses: { 200: REQUESTS },
    unexpectedStatuses: {},
    requestsSinceStart: REQUESTS,
    latencySumMs: REQUESTS * BURN_MS,
    histogram: encodeHistogram(createLatencyHistogram()),
    errors: 0,
    firstError: null,
    timeouts: 0,
    wire: { sentBytes: REQUESTS, receivedBytes: REQUESTS, responses: REQUESTS },
    leftovers: [],
  };
}

/** A result in which every trial had the vault as it was measured. */
function resultWith(
  {
    processes,
    cpuMicrosecondsPerRequest,
    rssBytes,
  }: Pick<Trial, 'processes' | 'cpuMicrosecondsPerRequest' | 'rssBytes'>,
  change: Partial<Trial['processes'][number]> = {},
  instances = [1, 2],
) {
  const vault = processes.filter(({ kind }) => kind === 'vault');
  return makeResult({
    strategies: ['session', 'jwt'],
    workloads: ['me'],
    instances,
    trial: (made) => ({
      ...made,
      // The vault is the limit from the first instance on: more of them bring nothing.
      throughputRps: made.throughputRps / made.instances,
      processes: [
        ...made.processes.map((use) => ({ ...use, cores: 0.1 })),
        ...vault.map((use) => ({ ...use, ...change })),
      ],
      cpuMicrosecondsPerRequest: {
        ...made.cpuMicrosecondsPerRequest,
        vault: cpuMicrosecondsPerRequest.vault as number,
      },
      rssBytes: { ...made.rssBytes, vault: rssBytes.vault as number },
    }),
  });
}
