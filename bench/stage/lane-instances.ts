/**
 * The instances of one variant on a stage: each can be killed, frozen, and started again on its port. What the strategy needs beside them is started once and left alone.
 */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  instanceEnvironment,
  predictionServerEnvironment,
  serviceCompanion,
} from '../fleet/fleet.js';
import { type ListeningProcess, superviseListening } from '../fleet/listening-process.js';
import { type MintedLogin, mintLogins } from '../fleet/service-commands.js';
import { spawnService } from '../fleet/service-process.js';
import type { WebTierPlan } from '../fleet/web-tier/plan.js';
import { BEHIND_WEB_TIER, startWebTier, type WebTier } from '../fleet/web-tier/web-tier.js';
import { LabError } from '../model/errors.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import { findFreePort } from '../processes/ports/free-port.js';

export type InstanceState = 'starting' | 'working' | 'frozen' | 'gone';

export interface StageInstance {
  /** Counted from 1. */
  readonly number: number;
  readonly origin: string;
  /** Of the process that runs now, or ran last. */
  pid(): number | null;
  state(): InstanceState;
  /** Whether it is held to its share of a core by now. */
  isHeld(): boolean;
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Asked to end, as a deployment does it. Resolves when it is gone. */
  leave(): Promise<void>;
  /** Stands still, and keeps its connections. */
  freeze(): void;
  thaw(): void;
  /** Starts it again on the same port; nothing is done where it serves. @throws LabError SERVICE_FAILED */
  start(): Promise<void>;
  /**
   * Puts its clock wrong by so much, or right again with 0; only on a stage with clocks of its own.
   *
   * @throws LabError FAULT_UNAVAILABLE
   */
  shiftClock(milliseconds: number): Promise<void>;
}

export interface LaneInstances {
  /** Those that clients are sent to. */
  readonly all: readonly StageInstance[];
  /** nginx before them now; null: clients come to the instances themselves. */
  readonly web: { readonly origin: string; readonly pid: number; reload(): Promise<void> } | null;
  /** What stands beside them: an authority, a prediction server. */
  companions(): { name: string; pid: number | null }[];
  /**
   * So many more, under the next numbers. Clients are sent to them when they serve, and when what is to be done with each before
   * is done.
   *
   * @throws LabError SERVICE_FAILED
   */
  add(count: number, before: (instance: StageInstance) => Promise<void>): Promise<void>;
  /** The last ones are asked to leave; the first stays. Resolves when they are gone. */
  remove(count: number): Promise<void>;
  /**
   * Puts nginx before them, or takes it away, while clients go on. Only where `mayHaveWeb`.
   *
   * @throws LabError WEB_TIER_FAILED
   */
  setWeb(plan: WebTierPlan | null): Promise<void>;
  /**
   * Logins of the first users of the database, without their passwords, as these instances give them.
   *
   * @throws LabError SERVICE_FAILED, also where an instance alone knows its logins
   */
  mint(users: number): Promise<MintedLogin[]>;
  /** Puts the limits of CPU time on, or lifts them, where there are any. */
  hold(on: boolean): void;
  stop(): Promise<void>;
}

/** Holds processes to a share of a core each. */
export interface InstanceHolder {
  /** @throws LabError CPU_LIMIT_FAILED */
  hold(name: string, pid: number): { limit(on: boolean): void; release(): void };
}

export interface LaneInstancesOptions {
  strategy: Pick<DescribedStrategy, 'name' | 'companions'>;
  instances: number;
  /** Addresses of the stores, secrets, and what the variant sets. */
  environment: Readonly<Record<string, string>>;
  /** Given to Node by every instance. */
  nodeOptions: readonly string[];
  /** nginx before them at the beginning; null: none. */
  web: WebTierPlan | null;
  /** Whether nginx may come later: instances then believe what it says of clients from the beginning. */
  mayHaveWeb: boolean;
  /** Each instance has a clock of its own that can be put wrong, by a file whose path begins so; null: none has. */
  clockFiles: string | null;
  /** null: they take what they need. */
  holder: InstanceHolder | null;
  guardian: Guardian;
}

/** A process that is new compiles its code, and would be at it for minutes under a tenth of a core. */
const WARM_AFTER_MS = 3000;
/** Before nginx is stopped that nobody is sent to any more. */
const LAST_ANSWERS_MS = 500;

const CLOCK = new URL('./shifted-clock.js', import.meta.url).href;

/** @throws LabError SERVICE_FAILED; nothing is left running then */
export async function startLaneInstances({
  strategy,
  instances,
  environment,
  nodeOptions,
  web: webPlan,
  mayHaveWeb,
  clockFiles,
  holder,
  guardian,
}: LaneInstancesOptions): Promise<LaneInstances> {
  const companions: { name: string; member: ListeningProcess }[] = [];
  const all: HoldableInstance[] = [];
  let tier: WebTier | null = null;
  let isOver = false;
  const stop = async () => {
    isOver = true;
    await tier?.stop();
    await Promise.all(all.map((each) => each.leave()));
    await Promise.all(companions.map(({ member }) => member.stop()));
  };
  const base = {
    ...{ ...environment, ...guardian.environment, NODE_ENV: 'production' },
    ...((webPlan || mayHaveWeb) && BEHIND_WEB_TIER),
  };
  const origins = () => all.map(({ origin }) => origin);
  try {
    for (const name of strategy.companions) {
      const child = serviceCompanion(name).spawn({ ...base, HOST: '127.0.0.1', PORT: '0' }, []);
      companions.push({ name, member: superviseListening(child, name, guardian) });
    }
    const beside = await Promise.all(
      companions.map(async ({ name, member }) => ({ name, origin: await member.origin })),
    );
    // The instances are told in advance where it will be, since it is told where they are.
    const predictionPort = environment.PREDICTION === 'server' ? await findFreePort() : null;
    const prediction: Record<string, string> =
      predictionPort === null ? {} : { PREDICTION_URL: `http://127.0.0.1:${predictionPort}` };
    let holdsNow = false;
    const settings = { ...base, ...instanceEnvironment(strategy.name, beside), COUNTERS: 'on' };
    const startOne = (number: number) => {
      const clock = clockFiles && `${clockFiles}-${number}`;
      const name = `${strategy.name}-${number}`;
      const hold = holder && ((pid: number) => holder.hold(`${name}-${randomUUID()}`, pid));
      return startInstance(number, clock, hold, (port) => {
        const own = { ...settings, ...prediction, ...(clock && { LAB_CLOCK_FILE: clock }) };
        const flags = clock === null ? nodeOptions : [...nodeOptions, '--import', CLOCK];
        const child = spawnService('main', { ...own, PORT: String(port) }, flags);
        return superviseListening(child, 'main', guardian);
      });
    };
    const first = Array.from({ length: instances }, (_, index) => startOne(index + 1));
    const started = await Promise.allSettled(first);
    all.push(...started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    const failed = started.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
    if (predictionPort !== null) {
      const child = serviceCompanion('prediction-server').spawn(
        {
          ...{ ...base, HOST: '127.0.0.1', PORT: String(predictionPort) },
          ...predictionServerEnvironment(strategy.name, origins()),
        },
        [],
      );
      const member = superviseListening(child, 'prediction-server', guardian);
      companions.push({ name: 'prediction-server', member });
      await member.origin;
    }
    tier = webPlan && (await startWebTier(webPlan, origins(), guardian));
    return {
      ...{ all, stop },
      get web() {
        const now = tier;
        return now && { origin: now.origin, pid: now.pid, reload: () => now.reload(origins()) };
      },
      async setWeb(plan) {
        const before = tier;
        const next = plan && (await startWebTier(plan, origins(), guardian));
        // The stage was taken away meanwhile, and knew nothing of this one.
        if (isOver) return next?.stop();
        tier = next;
        // What is on its way through it is answered first.
        if (before) await delay(LAST_ANSWERS_MS);
        await before?.stop();
      },
      // They need no password, so an entry that is for production refuses to make them.
      mint: (users) => mintLogins({ ...settings, NODE_ENV: 'test' }, users, guardian),
      companions: () => companions.map(({ name, member: { pid } }) => ({ name, pid: pid ?? null })),
      async add(count, before) {
        const numbers = Array.from({ length: count }, (_, index) => all.length + 1 + index);
        const begun = await Promise.allSettled(numbers.map((number) => startOne(number)));
        const ready = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
        await Promise.all(ready.map(before));
        if (isOver) {
          // The stage was taken away meanwhile, and knew nothing of these.
          await Promise.all(ready.map((each) => each.leave()));
          return;
        }
        all.push(...ready);
        if (ready.length > 0) await tier?.reload(origins());
        if (holdsNow) for (const one of ready) one.hold(true);
        const failure = begun.find((each) => each.status === 'rejected');
        if (failure) throw failure.reason;
      },
      async remove(count) {
        const leaving = all.splice(Math.max(1, all.length - count));
        // Nobody is sent to them any more before they leave.
        if (leaving.length > 0) await tier?.reload(origins());
        await Promise.all(leaving.map((each) => each.leave()));
      },
      hold(on) {
        holdsNow = on;
        for (const each of all) each.hold(on);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Held = ReturnType<InstanceHolder['hold']>;
type HoldableInstance = StageInstance & { hold(on: boolean): void; holdWhenWarm(): void };

async function startInstance(
  number: number,
  clock: string | null,
  holdPid: ((pid: number) => Held) | null,
  spawn: (port: number) => ListeningProcess,
): Promise<HoldableInstance> {
  let running = spawn(0);
  const origin = await running.origin;
  const port = Number(new URL(origin).port);
  let state: InstanceState = 'working';
  let held: Held | null = null;
  let isHeld = false;
  /** Whether it is to be held once it is warm. */
  let isToBeHeld = false;
  let warm: NodeJS.Timeout | undefined;
  const release = () => {
    clearTimeout(warm);
    held?.release();
    held = null;
    isHeld = false;
  };
  const hold = (on: boolean) => {
    clearTimeout(warm);
    isToBeHeld = on;
    if (on && held === null && holdPid && running.pid !== undefined && state !== 'gone') {
      held = holdPid(running.pid);
    }
    held?.limit(on);
    isHeld = on && held !== null;
  };
  const holdWhenWarm = () => {
    isToBeHeld = true;
    warm = setTimeout(() => hold(true), WARM_AFTER_MS);
  };
  const follow = (one: ListeningProcess) => {
    state = 'working';
    one.ended.then(() => {
      if (one !== running) return;
      state = 'gone';
      release();
    });
  };
  follow(running);
  const signal = (name: NodeJS.Signals) => {
    if (state !== 'gone' && running.pid !== undefined) process.kill(running.pid, name);
  };
  return {
    number,
    origin,
    hold,
    holdWhenWarm,
    pid: () => running.pid ?? null,
    state: () => state,
    isHeld: () => isHeld,
    async shiftClock(milliseconds) {
      if (clock === null) {
        throw new LabError(
          'FAULT_UNAVAILABLE',
          'The instances of this stage have no clock of their own.',
        );
      }
      await writeFile(clock, String(milliseconds));
      signal('SIGUSR2');
    },
    async kill() {
      signal('SIGKILL');
      await running.ended;
    },
    async leave() {
      // One that stands still cannot leave, and one that is held takes long.
      if (state === 'frozen') signal('SIGCONT');
      release();
      await running.stop();
    },
    freeze() {
      signal('SIGSTOP');
      if (state === 'working') state = 'frozen';
    },
    thaw() {
      signal('SIGCONT');
      if (state === 'frozen') state = 'working';
    },
    async start() {
      if (state !== 'gone') return;
      running = spawn(port);
      follow(running);
      state = 'starting';
      await running.origin;
      state = 'working';
      if (isToBeHeld) holdWhenWarm();
    },
  };
}
