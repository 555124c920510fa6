/**
 * The stage: lanes side by side on one clock, each a variant under the same open loop, and hands to break them. A
 * control lane has stores of its own and is never touched, so that a noisy minute is not blamed on a fault.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeededStores } from '../fleet/seeded-stores.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import { type DelayingProxy, startDelayingProxy } from '../network/delaying-proxy.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { handsOf } from '../stores/store.js';
import type { StageHands, Undo } from './faults/fault.js';
import { FAULTS, type FaultName } from './faults/registry.js';
import { type Lane, openLane } from './lane.js';
import { startLaneInstances } from './lane-instances.js';

export interface StageOptions {
  strategies: readonly DescribedStrategy[];
  /** Of the control lane. */
  control: DescribedStrategy;
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
  /** Whose servers faults may touch. */
  stores: SeededStores;
  /** Those of the control. */
  controlStores: SeededStores;
}

export const CONTROL_ID = 'control';

export interface Stage {
  readonly lanes: readonly Lane[];
  readonly control: Lane;
  /** @throws LabError FAULT_UNAVAILABLE, and what the fault throws */
  apply(fault: FaultName): Promise<void>;
  /** Everything at once, the last first. Does nothing where nothing is broken. */
  undoAll(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws LabError STORES_NOT_OWN, SERVICE_FAILED, LATENCY_FAILED; nothing is left running then */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { strategies, stores, controlStores, instrumented } = options;
  const { guardian, serviceEnvironment } = stores;
  const { stores: own } = stores;
  const redis = handsOf(own.sessionStore, 'Redis', 'REDIS_URL');
  const database = handsOf(own.database, 'PostgreSQL', 'DATABASE_URL');
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
    const open = async (
      id: string,
      strategy: DescribedStrategy,
      { seeded, serviceEnvironment: settings, guardian: watchman }: SeededStores,
      place: number,
      more: Record<string, string> | null,
    ): Promise<Lane> => {
      const instances = await startLaneInstances({
        ...{ strategy, instances: options.instances, nodeOptions: options.nodeOptions },
        clockFiles: clockFolder && join(clockFolder, id),
        guardian: watchman,
        environment: {
          ...settings,
          ...more,
          ...(life !== null && { ACCESS_TOKEN_TTL_SECONDS: String(life) }),
        },
      });
      ending.push(instances.stop);
      const from = place * (options.people + options.newcomers);
      const to = from + options.people;
      const lane = openLane({
        ...{ id, strategy, instances, password: seeded.password, tokenLifeSeconds: life },
        ...{ perSecond: options.perSecond, patienceMs: options.patienceMs },
        // Everybody is at one lane: a change of password there is none elsewhere.
        users: seeded.users.slice(from, to),
        newcomers: seeded.users.slice(to, to + options.newcomers),
      });
      ending.push(lane.stop);
      return lane;
    };
    const opening = [
      ...strategies.map((strategy, index) => open(strategy.name, strategy, stores, index, urls)),
      open(CONTROL_ID, options.control, controlStores, 0, null),
    ];
    const opened = await Promise.allSettled(opening);
    const failed = opened.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    const all = await Promise.all(opening);
    const lanes = all.slice(0, -1);
    const hands: StageHands = {
      ...{ lanes, way, guardian, serviceEnvironment, password: stores.seeded.password },
      redis: { ...redis, url: own.redisUrl },
      database: { ...database, url: own.databaseUrl },
    };
    const undos: Undo[] = [];
    return {
      lanes,
      control: all.at(-1) as Lane,
      async apply(fault) {
        undos.push(await FAULTS[fault].apply(hands));
      },
      async undoAll() {
        for (const undo of undos.splice(0).reverse()) await undo();
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
