/**
 * One round: a fresh process for each program, all alive at once; each is warmed up, then short windows
 * go round the programs in a new shuffled order each time.
 *
 * Why not one long window for each program: on a machine shared with others the CPU time of the very same
 * request drifts by a third within seconds. Windows that alternate share the drift. In the window of
 * another, a program is asked nothing and costs nothing. The cost of a round is the median of its
 * windows: a neighbour's burst then spoils a window, not the round.
 */
import type { Credentials } from '../../load/credentials.js';
import type { LoadGenerator } from '../../load/generator.js';
import { type Random, shuffled } from '../../model/random.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { measureProgram, type WindowCost } from './measure-program.js';
import { type ProgramProcess, startProgram } from './program-process.js';
import type { TestedProgram } from './tested-programs.js';

/** Windows of one program in a round. */
const WINDOWS = 7;
/** Until V8 has compiled what a request runs through. */
const FIRST_WARM_UP_SECONDS = 1;
/** Connections are opened anew and caches filled again before each window. */
const WINDOW_WARM_UP_SECONDS = 0.15;

/** The windows of each program, by its name. */
export type RoundCosts = ReadonlyMap<string, readonly WindowCost[]>;

export interface RoundOptions {
  programs: readonly TestedProgram[];
  shared: Record<string, string>;
  guardian: Guardian;
  credentials: ReadonlyMap<string, Credentials>;
  generator: LoadGenerator;
  random: Random;
  /** Measured for each program, over all its windows. */
  seconds: number;
  signal: AbortSignal;
}

export async function runRound(options: RoundOptions): Promise<RoundCosts> {
  const { programs, shared, guardian, generator, random, seconds, signal } = options;
  const processes = new Map<string, ProgramProcess>();
  const costs = new Map<string, WindowCost[]>(programs.map((program) => [program.name, []]));
  const measure = (
    program: TestedProgram,
    warmUpSeconds: number,
    windowSeconds: number,
  ): Promise<WindowCost> => {
    signal.throwIfAborted();
    const { pid, origin } = processes.get(program.name) as ProgramProcess;
    const credentials = options.credentials.get(program.name) ?? [];
    return measureProgram({
      pid,
      origin,
      credentials,
      generator,
      warmUpSeconds,
      seconds: windowSeconds,
    });
  };
  try {
    for (const program of programs)
      processes.set(program.name, await startProgram(program, shared, guardian));
    for (const program of shuffled(programs, random))
      await measure(program, FIRST_WARM_UP_SECONDS, 0.1);
    for (let window = 1; window <= WINDOWS; window++) {
      for (const program of shuffled(programs, random)) {
        costs
          .get(program.name)
          ?.push(await measure(program, WINDOW_WARM_UP_SECONDS, seconds / WINDOWS));
      }
    }
  } finally {
    await Promise.all([...processes.values()].map((each) => each.stop()));
  }
  return costs;
}
