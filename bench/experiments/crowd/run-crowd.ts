/** lab crowd: many users at once, each with a connection of its own, strategy after strategy. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Fleet,
  instanceEnvironment,
  serviceCompanion,
  startFleet,
} from '../../fleet/fleet.js';
import { holdProcesses } from '../../fleet/held-processes.js';
import { type SeededStores, withSeededStores } from '../../fleet/seeded-stores.js';
import { mintLogins } from '../../fleet/service-commands.js';
import { planWebTier, type WebTierPlan } from '../../fleet/web-tier/plan.js';
import { monotonicClock } from '../../load/clock.js';
import { credentialOf } from '../../load/credentials.js';
import type { AskReport, ConnectReport, CrowdUser } from '../../load/crowd/messages.js';
import type { CrowdPlan } from '../../load/crowd/plan-crowd.js';
import { type CrowdSender, startCrowdSender } from '../../load/crowd/sender-process.js';
import { fetchAnswer } from '../../load/fetch-answer.js';
import { runProcessesOf } from '../../load/load-processes.js';
import { describeMachine } from '../../measure/environment.js';
import { tcpBufferBytes } from '../../measure/kernel-memory.js';
import { type MeasuredProcess, type Snapshot, takeSnapshot } from '../../measure/snapshot.js';
import { storeProcesses } from '../../measure/store-processes.js';
import type { CrowdAsked, CrowdResult, CrowdVariant } from '../../model/crowd-schema.js';
import { LabError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { describeLatency, mergeHistograms } from '../../statistics/latency-histogram.js';
import { sessionStores } from '../../stores/registry.js';
import type { StoreMeter } from '../../stores/store.js';
import { countOf } from '../../text/count-of.js';
import { describeStores, recordWhole } from '../record-whole.js';
import type { NamedText } from '../result-folder.js';

export interface CrowdInput {
  users: number;
  strategies: readonly DescribedStrategy[];
  plan: CrowdPlan;
  openFilesLimit: number | null;
  /** Each user asks again after a time between these. */
  gapSeconds: readonly [least: number, most: number];
  seconds: number;
  connectPerSecond: number;
  waveSeconds: number;
  /** In the wave of logins; 0: there is none. */
  logins: number;
  seed: number;
  nodeOptions: readonly string[];
  command: string;
  outFolder: string;
  /** Of the result, each time that a strategy is over. */
  render(result: CrowdResult): NamedText[];
  signal: AbortSignal;
  say(line: string): void;
}

const POSTS = 10;
/** What was cold is warm, and what was connected is idle. */
const REST_MS = 3000;
/** An instance closes a connection on which nothing has come for 65 s: with the longest gap before and the mean one after it this is well below. */
const IDLE_SECONDS = 8;
const WARM_UP_REQUESTS = 500;
const PATIENCE_MS = 10_000;
/** Beyond twice the time that connecting was planned to take, those who had no turn are not waited for. */
const CONNECT_SPARE_MS = 60_000;
/** The senders get a call before its first moment. */
const LEAD_MS = 200;

export interface RanCrowd {
  result: CrowdResult;
  folder: string;
}

/**
 * When the signal is aborted, what was measured is written, marked partial.
 *
 * @throws LabError when the run fails; the partial result is written before
 */
export async function runCrowd(input: CrowdInput): Promise<RanCrowd> {
  const { users, plan, strategies, signal, say } = input;
  const { cpuModel, cores, node, memoryBytes } = describeMachine();
  return recordWhole({
    ...{ file: 'crowd.json', outFolder: input.outFolder, render: input.render, signal },
    begin: (id): CrowdResult => ({
      ...{ schemaVersion: 1, id, startedAt: new Date().toISOString(), endedAt: null },
      ...{ partial: true, command: input.command, stores: {}, users, web: null },
      machine: { cpuModel, cores, memoryBytes, node },
      ...{ instances: plan.instances, senders: plan.senders, addresses: plan.addressesOfSender },
      gapSeconds: [...input.gapSeconds],
      ...{ seconds: input.seconds, connectPerSecond: input.connectPerSecond },
      ...{ waveSeconds: input.waveSeconds, logins: input.logins, seed: input.seed },
      ...{ openFilesLimit: input.openFilesLimit, nodeOptions: [...input.nodeOptions] },
      variants: [],
    }),
    measure: (result, save) =>
      withSeededStores({ users, posts: POSTS, signal, say }, async (stores) => {
        result.stores = describeStores(stores.stores);
        const web = await planWeb(input, stores);
        if (web) result.web = `${web.program.version}, ${countOf(web.workers, 'worker')}`;
        const { sessionStore, redisUrl } = stores.stores;
        const meter = await sessionStores[sessionStore.name].connectMeter({
          url: redisUrl,
          ...sessionStore,
        });
        try {
          for (const strategy of strategies) {
            const variant = emptyVariant(strategy.name);
            result.variants.push(variant);
            await measureStrategy(strategy, variant, { ...input, stores, web, meter });
            await save();
          }
        } finally {
          meter.close();
        }
      }),
  });
}

type Means = CrowdInput & { stores: SeededStores; web: WebTierPlan | null; meter: StoreMeter };

async function planWeb(
  { plan, users, signal, say }: CrowdInput,
  { guardian }: SeededStores,
): Promise<WebTierPlan | null> {
  if (plan.web === null) return null;
  const means = { guardian, signal, onMessage: say };
  const found = await planWebTier({ balance: 'round-robin', connections: users }, means);
  return { ...found, ...plan.web };
}

function emptyVariant(strategy: string): CrowdVariant {
  return {
    ...{ strategy, failure: null, mintSeconds: null, connect: null, connectedAtEnd: null },
    ...{ bytesConnected: null, bytesAsked: null, idleCores: null, askingCores: null },
    ...{ asking: null, comeBack: null, loginWave: null },
  };
}

/** What fails of one strategy is written down, and the next one has its turn. @throws the signal's reason */
async function measureStrategy(
  strategy: DescribedStrategy,
  variant: CrowdVariant,
  means: Means,
): Promise<void> {
  const { signal, say } = means;
  const { guardian, serviceEnvironment } = means.stores;
  let fleet: Fleet | null = null;
  const senders: CrowdSender[] = [];
  try {
    say(`${strategy.name}: starting ${countOf(means.plan.instances, 'instance')}`);
    fleet = await startFleet({
      ...{ strategy: strategy.name, instances: means.plan.instances, guardian },
      companions: strategy.companions.map(serviceCompanion),
      ...{ nodeOptions: means.nodeOptions, environment: serviceEnvironment },
      web: means.web ?? undefined,
    });
    for (let number = 0; number < means.plan.senders; number++) {
      senders.push(await startCrowdSender(guardian, signal));
    }
    await measureCrowd(strategy, variant, fleet, senders, means);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    variant.failure = error.message;
    say(`${strategy.name}: ${error.message}`);
  } finally {
    for (const sender of senders) sender.stop();
    await fleet?.stop();
  }
}

async function measureCrowd(
  { name: strategy }: DescribedStrategy,
  variant: CrowdVariant,
  fleet: Fleet,
  senders: readonly CrowdSender[],
  means: Means,
): Promise<void> {
  const { users, plan, signal, say, stores, meter } = means;
  const nowMs = monotonicClock();
  const wait = (ms: number) => delay(ms, undefined, { signal });
  const processes: MeasuredProcess[] = [
    ...fleet.processes,
    ...storeProcesses(stores.stores, holdProcesses(null, undefined, stores.stores)),
    ...runProcessesOf(senders.map(({ pid }) => pid)),
  ];
  const look = async (): Promise<Look> => ({
    snapshot: await takeSnapshot('from', meter, processes, nowMs),
    tcpBytes: tcpBufferBytes(),
  });
  const together = async <Report>(
    ask: (sender: CrowdSender, index: number) => Promise<Report>,
  ): Promise<Report[]> => {
    const reports = await Promise.all(senders.map(ask));
    signal.throwIfAborted();
    const lost = fleet.lost();
    if (lost !== null) throw new LabError('SERVICE_FAILED', lost);
    return reports;
  };

  say(`${strategy}: ${countOf(users, 'login')}, by the service's own code`);
  const mintFromMs = nowMs();
  const before = await look();
  const crowd = await mint(strategy, fleet, means);
  await warmUp(fleet, crowd, signal);
  variant.mintSeconds = (nowMs() - mintFromMs) / 1000;
  const ofSender = Math.ceil(users / senders.length);
  await together((sender, index) => {
    const own = crowd.slice(index * ofSender, (index + 1) * ofSender);
    return sender.begin(
      {
        origins: fleet.web ? [fleet.web.origin] : fleet.instances.map(({ origin }) => origin),
        ...{ first: index * ofSender, seed: means.seed },
        addresses: addressesOf(index, plan.addressesOfSender, 0),
        ...{ usersOfAddress: plan.usersOfAddress, password: stores.seeded.password },
      },
      own,
    );
  });
  crowd.length = 0;
  await wait(REST_MS);
  const unconnected = await look();

  say(`${strategy}: connecting ${means.connectPerSecond} users a second`);
  const gapMs = means.gapSeconds.map((seconds) => seconds * 1000) as [number, number];
  const connecting = {
    ...{ fromMs: nowMs() + LEAD_MS, gapMs },
    perSecond: means.connectPerSecond / senders.length,
    withinMs: 2 * (users / means.connectPerSecond) * 1000 + CONNECT_SPARE_MS,
  };
  variant.connect = allConnects(await together((sender) => sender.connect(connecting)));
  await wait(REST_MS);
  const connected = await look();
  variant.bytesConnected = bytesBetween(before, unconnected, connected, users);
  await wait(Math.min(IDLE_SECONDS, means.seconds) * 1000);
  const idle = await look();
  variant.idleCores = coresBetween(connected.snapshot, idle.snapshot);

  say(`${strategy}: everybody asks, ${means.seconds} s`);
  const askFor = async (seconds: number, logins: number): Promise<CrowdAsked> => {
    const fromMs = nowMs() + LEAD_MS;
    const toMs = fromMs + seconds * 1000;
    const each = Math.floor(logins / senders.length);
    const reports = await together((sender, index) =>
      sender.ask({
        fromMs,
        toMs,
        gapMs,
        logins: index === 0 ? logins - each * (senders.length - 1) : each,
      }),
    );
    return allAsked(reports, seconds);
  };
  const asking = await look();
  variant.asking = await askFor(means.seconds, 0);
  const asked = await look();
  variant.askingCores = coresBetween(asking.snapshot, asked.snapshot);
  variant.connectedAtEnd = (await together((sender) => sender.connected())).reduce(sum, 0);
  variant.bytesAsked = bytesBetween(before, unconnected, asked, users);

  if (means.waveSeconds > 0) {
    say(
      `${strategy}: all connections are dropped; everybody is back within ${means.waveSeconds} s`,
    );
    const fromMs = nowMs() + LEAD_MS;
    const withinMs = means.waveSeconds * 1000;
    const reports = await together((sender, index) =>
      sender.comeBack({
        ...{ fromMs, withinMs },
        addresses: addressesOf(index, plan.addressesOfSender, 1),
      }),
    );
    variant.comeBack = allAsked(reports, means.waveSeconds);
  }
  if (means.waveSeconds > 0 && means.logins > 0) {
    say(`${strategy}: ${countOf(means.logins, 'user')} log in again within ${means.waveSeconds} s`);
    variant.loginWave = await askFor(means.waveSeconds, means.logins);
  }
}

/** @throws LabError SERVICE_FAILED, also where an instance alone knows its logins */
async function mint(
  strategy: string,
  fleet: Fleet,
  { users, stores }: Means,
): Promise<CrowdUser[]> {
  const minted = await mintLogins(
    { ...stores.serviceEnvironment, ...instanceEnvironment(strategy, fleet.companions) },
    users,
    stores.guardian,
  );
  return minted.map(({ userId, token, cookies }, index) => {
    const user = stores.seeded.users[index];
    if (user?.id !== userId) {
      throw new LabError('SERVICE_FAILED', `mint-logins made one for user ${userId}, out of turn.`);
    }
    const headers = Object.entries(credentialOf(token, cookies)).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    return { email: user.email, headers: headers.join('') };
  });
}

/** What an instance needs for its first answers is no part of what a user costs. */
async function warmUp(fleet: Fleet, crowd: readonly CrowdUser[], signal: AbortSignal) {
  const one = async (origin: string) => {
    for (let index = 0; index < WARM_UP_REQUESTS; index++) {
      const headers = headersOf(crowd[index % crowd.length] as CrowdUser);
      signal.throwIfAborted();
      // The signal of the run would collect a listener for each of these.
      const own = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetchAnswer(`${origin}/me`, { headers, signal: own });
      await answer.arrayBuffer();
    }
  };
  await Promise.all(fleet.instances.map(({ origin }) => one(origin)));
}

function headersOf({ headers }: CrowdUser): [string, string][] {
  return headers
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', ...value] = line.split(': ');
      return [name, value.join(': ')];
    });
}

/** Each sender and each generation has addresses of its own: ports of connections that have ended lie idle for a while. */
function addressesOf(sender: number, count: number, generation: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `127.${10 + generation}.${sender + 1}.${index + 1}`,
  );
}

interface Look {
  snapshot: Snapshot;
  tcpBytes: number | null;
}

const sum = (total: number, each: number) => total + each;

function byTier(
  { processes }: Snapshot,
  of: (usage: NonNullable<Snapshot['processes'][number]['usage']>) => number,
): Map<string, number> {
  const tiers = new Map<string, number>();
  for (const { tier, usage } of processes) {
    if (usage) tiers.set(tier, (tiers.get(tier) ?? 0) + of(usage));
  }
  return tiers;
}

function coresBetween(from: Snapshot, to: Snapshot): Record<string, number> {
  const seconds = (to.atMs - from.atMs) / 1000;
  const before = byTier(from, ({ cpuSeconds }) => cpuSeconds);
  return Object.fromEntries(
    [...byTier(to, ({ cpuSeconds }) => cpuSeconds)].map(([tier, after]) => [
      tier,
      Math.max(0, after - (before.get(tier) ?? 0)) / seconds,
    ]),
  );
}

/**
 * Of the stores since before the logins were made, of all else since before the connections: senders hold the credentials
 * of their users before that, which is no part of a connection.
 */
function bytesBetween(
  beforeLogins: Look,
  beforeConnections: Look,
  now: Look,
  users: number,
): Record<string, number> {
  const stores = byTier(beforeLogins.snapshot, ({ rssBytes }) => rssBytes);
  const others = byTier(beforeConnections.snapshot, ({ rssBytes }) => rssBytes);
  const isStore = (tier: string) => tier === 'redis' || tier === 'postgres';
  const grown = [...byTier(now.snapshot, ({ rssBytes }) => rssBytes)].map(
    ([tier, bytes]): [string, number] => [
      tier,
      (bytes - ((isStore(tier) ? stores : others).get(tier) ?? 0)) / users,
    ],
  );
  const kernel =
    now.tcpBytes === null || beforeConnections.tcpBytes === null
      ? []
      : [['kernel', (now.tcpBytes - beforeConnections.tcpBytes) / users] as [string, number]];
  return Object.fromEntries([...grown, ...kernel]);
}

function allConnects(reports: readonly ConnectReport[]): NonNullable<CrowdVariant['connect']> {
  return {
    connected: reports.map(({ connected }) => connected).reduce(sum, 0),
    failed: reports.map(({ failed }) => failed).reduce(sum, 0),
    firstError: reports.find(({ firstError }) => firstError !== null)?.firstError ?? null,
    seconds: Math.max(...reports.map(({ seconds }) => seconds)),
  };
}

function allAsked(reports: readonly AskReport[], seconds: number): CrowdAsked {
  const total = (of: (report: AskReport) => number) => reports.map(of).reduce(sum, 0);
  return {
    planned: total(({ planned }) => planned),
    answered: total(({ answered }) => answered),
    statuses: countsOf(reports.map(({ statuses }) => statuses)),
    failures: countsOf(reports.map(({ failures }) => failures)),
    firstFailure: reports.find(({ firstFailure }) => firstFailure !== null)?.firstFailure ?? null,
    reconnects: total(({ reconnects }) => reconnects),
    late: total(({ late }) => late),
    latencyMs: describe(reports.map(({ latency }) => latency)),
    logins: total(({ logins }) => logins),
    loginLatencyMs: describe(reports.map(({ loginLatency }) => loginLatency)),
    seconds,
  };
}

function countsOf(parts: readonly Record<string, number>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const part of parts) {
    for (const [name, count] of Object.entries(part)) counts[name] = (counts[name] ?? 0) + count;
  }
  return counts;
}

function describe(encoded: readonly string[]): CrowdAsked['latencyMs'] {
  const merged = mergeHistograms(encoded);
  const latency = describeLatency(merged, merged.mean / 1000);
  if (latency === null) return null;
  const { p50, p99, p999, max } = latency;
  return { p50, p99, p999, max };
}
