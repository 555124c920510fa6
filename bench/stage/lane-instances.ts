/**
 * The instances of one variant on a stage: each can be killed, frozen, and started again on its port. What the strategy needs beside them is started once and left alone.
 */
import { writeFile } from 'node:fs/promises';
import { instanceEnvironment, serviceCompanion } from '../fleet/fleet.js';
import { type ListeningProcess, superviseListening } from '../fleet/listening-process.js';
import { spawnService } from '../fleet/service-process.js';
import { LabError } from '../model/errors.js';
import type { DescribedStrategy } from '../model/result-schema.js';
import type { Guardian } from '../processes/guardian/guardian.js';

export interface StageInstance {
  /** Counted from 1. */
  readonly number: number;
  readonly origin: string;
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
  readonly all: readonly StageInstance[];
  stop(): Promise<void>;
}

export interface LaneInstancesOptions {
  strategy: Pick<DescribedStrategy, 'name' | 'companions'>;
  instances: number;
  /** Addresses of the stores, secrets, and what the variant sets. */
  environment: Readonly<Record<string, string>>;
  /** Given to Node by every instance. */
  nodeOptions: readonly string[];
  /** Each instance has a clock of its own that can be put wrong, by a file whose path begins so; null: none has. */
  clockFiles: string | null;
  guardian: Guardian;
}

const CLOCK = new URL('./shifted-clock.js', import.meta.url).href;

/** @throws LabError SERVICE_FAILED; nothing is left running then */
export async function startLaneInstances({
  strategy,
  instances,
  environment,
  nodeOptions,
  clockFiles,
  guardian,
}: LaneInstancesOptions): Promise<LaneInstances> {
  const companions: { name: string; member: ListeningProcess }[] = [];
  const all: StageInstance[] = [];
  const stop = async () => {
    await Promise.all(all.map((each) => each.leave()));
    await Promise.all(companions.map(({ member }) => member.stop()));
  };
  const base = { ...environment, ...guardian.environment, NODE_ENV: 'production' };
  try {
    for (const name of strategy.companions) {
      const child = serviceCompanion(name).spawn({ ...base, HOST: '127.0.0.1', PORT: '0' }, []);
      companions.push({ name, member: superviseListening(child, name, guardian) });
    }
    const beside = await Promise.all(
      companions.map(async ({ name, member }) => ({ name, origin: await member.origin })),
    );
    const settings = { ...base, ...instanceEnvironment(strategy.name, beside), COUNTERS: 'on' };
    const startOne = (number: number) => {
      const clock = clockFiles && `${clockFiles}-${number}`;
      return startInstance(number, clock, (port) => {
        const own = { ...settings, ...(clock && { LAB_CLOCK_FILE: clock }) };
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
    return { all, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startInstance(
  number: number,
  clock: string | null,
  spawn: (port: number) => ListeningProcess,
): Promise<StageInstance> {
  let running = spawn(0);
  const origin = await running.origin;
  const port = Number(new URL(origin).port);
  let hasEnded = false;
  let isFrozen = false;
  const follow = (one: ListeningProcess) => {
    hasEnded = false;
    isFrozen = false;
    one.ended.then(() => {
      if (one === running) hasEnded = true;
    });
  };
  follow(running);
  const signal = (name: NodeJS.Signals) => {
    if (!hasEnded && running.pid !== undefined) process.kill(running.pid, name);
  };
  return {
    number,
    origin,
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
      // One that stands still cannot leave.
      if (isFrozen) signal('SIGCONT');
      await running.stop();
    },
    freeze() {
      signal('SIGSTOP');
      isFrozen = !hasEnded;
    },
    thaw() {
      signal('SIGCONT');
      isFrozen = false;
    },
    async start() {
      if (!hasEnded) return;
      running = spawn(port);
      follow(running);
      await running.origin;
    },
  };
}
