/**
 * One round: a fresh process for each arm, all alive at once; each is warmed up, then short windows
 * go round the arms in a new shuffled order each time.
 *
 * Why not one long window an arm: on a machine shared with others the CPU time of the very same
 * request drifts by a third within seconds. Windows that take turns share the drift. An arm whose
 * turn it is not is asked nothing and costs nothing.
 */
import type { Credentials } from '../../load/credentials.js';
import type { LoadGenerator } from '../../load/generator.js';
import { type Random, shuffled } from '../../random.js';
import type { Guardian } from '../../services/guardian.js';
import { type ArmProcess, startArm } from './arm-process.js';
import type { Arm } from './arms.js';
import type { Round } from './compare-costs.js';
import { type ArmCost, addCosts, cpuMicrosecondsPerRequest, measureArm } from './measure-arm.js';

/** Windows of one arm in a round. */
const TURNS = 5;
/** Until V8 has compiled what a request runs through. */
const FIRST_WARM_UP_SECONDS = 1;
/** Connections are opened anew and caches filled again at each turn. */
const TURN_WARM_UP_SECONDS = 0.15;

/** By name of the arm. */
export type RoundCosts = ReadonlyMap<string, ArmCost>;

export interface RoundOptions {
  arms: readonly Arm[];
  shared: Record<string, string>;
  guardian: Guardian;
  credentials: ReadonlyMap<string, Credentials>;
  generator: LoadGenerator;
  random: Random;
  /** Measured for each arm, over all its turns. */
  seconds: number;
  signal: AbortSignal;
}

export async function runRound(options: RoundOptions): Promise<RoundCosts> {
  const { arms, shared, guardian, generator, random, seconds, signal } = options;
  const processes = new Map<string, ArmProcess>();
  const costs = new Map<string, ArmCost>();
  const measure = (arm: Arm, warmUpSeconds: number, windowSeconds: number): Promise<ArmCost> => {
    signal.throwIfAborted();
    const { pid, origin } = processes.get(arm.name) as ArmProcess;
    const credentials = options.credentials.get(arm.name) ?? [];
    return measureArm({
      pid,
      origin,
      credentials,
      generator,
      warmUpSeconds,
      seconds: windowSeconds,
    });
  };
  try {
    for (const arm of arms) processes.set(arm.name, await startArm(arm, shared, guardian));
    for (const arm of shuffled(arms, random)) await measure(arm, FIRST_WARM_UP_SECONDS, 0.1);
    for (let turn = 1; turn <= TURNS; turn++) {
      for (const arm of shuffled(arms, random)) {
        const cost = await measure(arm, TURN_WARM_UP_SECONDS, seconds / TURNS);
        const before = costs.get(arm.name);
        costs.set(arm.name, before ? addCosts(before, cost) : cost);
      }
    }
  } finally {
    await Promise.all([...processes.values()].map((each) => each.stop()));
  }
  // In the order of the arms, not of the first turn.
  return new Map(arms.map((arm) => [arm.name, costs.get(arm.name) as ArmCost]));
}

export function cpuOfRound(costs: RoundCosts): Round {
  return Object.fromEntries(
    [...costs].map(([name, cost]) => [name, cpuMicrosecondsPerRequest(cost)]),
  );
}
