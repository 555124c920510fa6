/**
 * One round: a fresh process for each arm, all alive at once; each is warmed up, then short windows
 * go round the arms in a new shuffled order each time.
 *
 * Why not one long window an arm: on a machine shared with others the CPU time of the very same
 * request drifts by a third within seconds. Windows that take turns share the drift. An arm whose
 * turn it is not is asked nothing and costs nothing. The cost of a round is the median of its turns: a
 * neighbour's burst then spoils a turn, not the round.
 */
import type { Credentials } from '../../load/credentials.js';
import type { LoadGenerator } from '../../load/generator.js';
import { type Random, shuffled } from '../../model/random.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { type ArmProcess, startArm } from './arm-process.js';
import type { Arm } from './arms.js';
import { type ArmCost, measureArm } from './measure-arm.js';

/** Windows of one arm in a round. */
const TURNS = 7;
/** Until V8 has compiled what a request runs through. */
const FIRST_WARM_UP_SECONDS = 1;
/** Connections are opened anew and caches filled again at each turn. */
const TURN_WARM_UP_SECONDS = 0.15;

/** The turns of each arm, by its name. */
export type RoundCosts = ReadonlyMap<string, readonly ArmCost[]>;

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
  const costs = new Map<string, ArmCost[]>(arms.map((arm) => [arm.name, []]));
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
        costs.get(arm.name)?.push(await measure(arm, TURN_WARM_UP_SECONDS, seconds / TURNS));
      }
    }
  } finally {
    await Promise.all([...processes.values()].map((each) => each.stop()));
  }
  return costs;
}
