/**
 * The stage: lanes side by side on one clock, each a variant under the same open loop, and hands to break them. A
 * control lane has stores of its own and is never touched, so that a noisy minute is not blamed on a fault.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeededStores } from '../fleet/seeded-stores.js';
import type { Balance } from '../fleet/web-tier/nginx-configuration.js';
import { planWebTier, type WebTierPlan } from '../fleet/web-tier/plan.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import { type DelayingProxy, startDelayingProxy } from '../network/delaying-proxy.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { handsOf } from '../stores/store.js';
import type { StageHands, Undo } from './faults/fault.js';
import { type FaultName, faultNamed } from './faults/registry.js';
import { type Lane, type LaneOptions, openLane } from './lane.js';
import { type InstanceHolder, startLaneInstances } from './lane-instances.js';

export interface StageLane
  extends Partial<
    Pick<LaneOptions, 'spread' | 'isDelegated' | 'atOnce' | 'crowd' | 'load' | 'listener'>
  > {
  id: string;
  strategy: DescribedStrategy;
  /** Beside what every lane is told. */
  environment?: Readonly<Record<string, string>>;
  /** Where it has a number of its own. */
  instances?: number | undefined;
  /** nginx before its instances, and how it balances. */
  web?: Balance | undefined;
}

export interface StageOptions {
  lanes: readonly StageLane[];
  /** The control lane and its stores; null: there is none. */
  control: { strategy: DescribedStrategy; stores: SeededStores } | null;
  /** Of each lane. */
  instances: number;
  /** Logged in at each lane. */
  people: number;
  /** Who come by at each lane and log in. */
  newcomers: number;
  /** Requests a second, of each lane. */
  perSecond: number;
  patienceMs: number;
  /** Of access tokens; null: longer than anybody looks. */
  tokenLifeSeconds: number | null;
  /** Whether a proxy of the lab leads to the stores, and instances have clocks that can be put wrong. */
  instrumented: boolean;
  nodeOptions: readonly string[];
  signal: AbortSignal;
  /** Whose servers faults may touch. */
  stores: SeededStores;
  /** Called when Redis was started again by a fault: it is another process then. */
  onRedisStart?: (() => void) | undefined;
  /** Whether nginx may be put before lanes later; no unless told. */
  mayHaveWeb?: boolean;
  /** Holds every instance to its share of a core; null: none is held. */
  holder: InstanceHolder | null;
}

export const CONTROL_ID = 'control';
/** Clients of a lane keep fewer open. */
const WEB_CONNECTIONS = 512;

export interface Stage {
  readonly lanes: readonly Lane[];
  /** null: there is none. */
  readonly control: Lane | null;
  /** What a fault needs beforehand is made now, and not when it is applied. @throws LabError */
  prepare(fault: FaultName): Promise<void>;
  /** @throws LabError FAULT_UNAVAILABLE, and what the fault throws */
  apply(fault: FaultName): Promise<void>;
  /** Puts nginx before every lane, or takes it away: only where it may be. @throws LabError WEB_TIER_FAILED, NGINX_NOT_FOUND */
  setWeb(balance: Balance | null): Promise<void>;
  /** What is not undone yet, in its order; what cannot be undone stays until everything is. */
  broken(): FaultName[];
  /** One of them, the oldest. Does nothing where it is not broken. */
  undo(fault: FaultName): Promise<void>;
  /** Everything at once, the last first. Does nothing where nothing is broken. */
  undoAll(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws LabError STORES_NOT_OWN, SERVICE_FAILED, LATENCY_FAILED; nothing is left running then */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { stores, control, instrumented } = options;
  const { guardian, serviceEnvironment } = stores;
  const { stores: own } = stores;
  const redis = handsOf(own.sessionStore, 'Redis', 'REDIS_URL');
  const database = handsOf(own.database, 'PostgreSQL', 'DATABASE_URL');
  const startRedis = async () => {
    await redis.start();
    options.onRedisStart?.();
  };
  const ending: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of ending.splice(0).reverse()) await end();
  };
  try {
    const way = instrumented ? await openWay(stores) : null;
    if (way) ending.push(way.stop);
    const clockFolder = instrumented ? await makeClockFolder(guardian) : null;
    if (clockFolder !== null) ending.push(() => removeClockFolder(clockFolder, guardian));
    const urls = way && { DATABASE_URL: way.urls[0] as string, REDIS_URL: way.urls[1] as string };
    const life = options.tokenLifeSeconds;
    const planWeb = async (balance: Balance, id: string): Promise<WebTierPlan> => {
      const plan = await planWebTier(
        { balance, connections: WEB_CONNECTIONS },
        { guardian, signal: options.signal, onMessage: () => {} },
      );
      return { ...plan, routeCookie: `route_${id.replaceAll(/\W/g, '_')}` };
    };
    const open = async (
      { id, strategy, environment, instances: own, web, ...more }: StageLane,
      { seeded, serviceEnvironment: settings, guardian: watchman }: SeededStores,
      place: number,
      addresses: Record<string, string> | null,
    ): Promise<Lane> => {
      const instances = await startLaneInstances({
        ...{ strategy, instances: own ?? options.instances, nodeOptions: options.nodeOptions },
        clockFiles: clockFolder && join(clockFolder, id),
        web: web ? await planWeb(web, id) : null,
        mayHaveWeb: options.mayHaveWeb ?? false,
        ...{ guardian: watchman, holder: options.holder },
        environment: {
          ...settings,
          ...addresses,
          ...environment,
          ...(life !== null && { ACCESS_TOKEN_TTL_SECONDS: String(life) }),
        },
      });
      ending.push(instances.stop);
      const from = place * (options.people + options.newcomers);
      const to = from + options.people;
      const lane = openLane({
        ...{ ...more, id, strategy, instances, password: seeded.password, tokenLifeSeconds: life },
        ...{ perSecond: options.perSecond, patienceMs: options.patienceMs },
        // Everybody is at one lane: a change of password there is none elsewhere.
        users: seeded.users.slice(from, to),
        newcomers: seeded.users.slice(to, to + options.newcomers),
        firstPost: seeded.posts.firstId,
      });
      ending.push(lane.stop);
      return lane;
    };
    const opening = [
      ...options.lanes.map((lane, index) => open(lane, stores, index, urls)),
      ...(control
        ? [open({ id: CONTROL_ID, strategy: control.strategy }, control.stores, 0, null)]
        : []),
    ];
    const opened = await Promise.allSettled(opening);
    const failed = opened.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    const all = await Promise.all(opening);
    const lanes = all.slice(0, options.lanes.length);
    const hands: StageHands = {
      ...{ lanes, way, guardian, serviceEnvironment, password: stores.seeded.password },
      redis: {
        ...{ ...redis, url: own.redisUrl, start: () => startRedis() },
        members: own.sessionStore.members,
      },
      database: {
        ...{ ...database, url: own.databaseUrl },
        replication: own.database.replication,
      },
    };
    let undos: { fault: FaultName; undo: Undo }[] = [];
    let prepared: FaultName | null = null;
    return {
      lanes,
      control: all[options.lanes.length] ?? null,
      async prepare(fault) {
        await faultNamed(fault).prepare?.(hands);
        prepared = fault;
      },
      async apply(fault) {
        if (prepared !== fault) await faultNamed(fault).prepare?.(hands);
        prepared = null;
        undos.push({ fault, undo: await faultNamed(fault).apply(hands) });
      },
      async setWeb(balance) {
        await Promise.all(
          lanes.map(async ({ id, instances }) =>
            instances.setWeb(balance === null ? null : await planWeb(balance, id)),
          ),
        );
      },
      broken: () => undos.map(({ fault }) => fault),
      async undo(fault) {
        const found = undos.find((each) => each.fault === fault);
        await found?.undo();
        // What could not be undone stays broken, and can be tried again.
        undos = undos.filter((each) => each !== found);
      },
      async undoAll() {
        // One that fails must not keep the others from being undone.
        const left: typeof undos = [];
        let failure: unknown;
        for (const each of undos.toReversed()) {
          await each.undo().catch((error) => {
            failure ??= error;
            left.unshift(each);
          });
        }
        undos = left;
        if (failure !== undefined) throw failure;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function openWay({ stores, guardian }: SeededStores): Promise<DelayingProxy> {
  return startDelayingProxy([stores.databaseUrl, stores.redisUrl], 0, guardian);
}

async function makeClockFolder(guardian: Guardian): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'session-token-lab-clocks-'));
  guardian.watchFolder(folder);
  return folder;
}

async function removeClockFolder(folder: string, guardian: Guardian): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  guardian.forgetFolder(folder);
}
