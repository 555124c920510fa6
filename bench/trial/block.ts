/**
 * One block: all variants of a scenario in one round. Their fleets run side by side and are loaded in
 * alternating turns, in an order that is reversed from one to the next. A machine that grows slower for a
 * moment then slows every variant alike (docs/decisions/007).
 */
import type { LoadSession } from '../load/generator.js';
import type { LoadMode, LoadRecord } from '../load/load-mode.js';
import type { WorkerReport } from '../load/messages.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { blocksOf, type PlannedTrial } from '../model/planned-trials.js';
import { seededRandom } from '../model/random.js';
import type { Trial } from '../model/result-schema.js';
import type { TrialContext } from './context.js';
import { type JudgedTrial, judgeTogether } from './judge-together.js';
import { type SharedFleet, type SharedFleets, withFleets } from './shared-fleets.js';
import { isAgentLost } from './variant-record.js';
import { openVariantRun, type VariantRun } from './variant-run.js';
import { warmUp } from './warm-up.js';
import { type WindowPlan, windowPlanOf } from './window-plan.js';

/** More than a measurement has windows. */
const SEEDS_OF_A_MEASUREMENT = 101;

export interface Block {
  /**
   * Measures every variant once, and judges what was seen. What goes wrong with one makes its trial
   * invalid, and is its reason; the others go on.
   *
   * @returns a trial for each planned one, in the same order
   * @throws the signal's reason when the run is cancelled
   */
  measure(mode: LoadMode, plan: WindowPlan): Promise<JudgedTrial[]>;
  /** The same, and more may be measured on the same processes afterwards. */
  measureAndGoOn(mode: LoadMode, plan: WindowPlan): Promise<JudgedTrial[]>;
  /** @throws what has gone wrong with any of them */
  assertSound(): void;
}

/**
 * One round of several scenarios, which the same processes serve one after the other.
 *
 * @param firstPosition of the first trial in the order of the run
 * @param onBlock called with the trials of each scenario as soon as it is measured
 * @throws the signal's reason when the run is cancelled; everything it started is stopped by then
 */
export function runBlocks(
  planned: readonly PlannedTrial[],
  firstPosition: number,
  context: TrialContext,
  {
    onBegin,
    onEnd,
  }: {
    onBegin(block: readonly PlannedTrial[], position: number): void;
    onEnd(trials: readonly Trial[], position: number): Promise<void>;
  },
): Promise<void> {
  return withFleets(planned, context, async (fleets) => {
    let position = firstPosition;
    for (const block of blocksOf(planned)) {
      context.signal.throwIfAborted();
      onBegin(block, position);
      await onEnd(await runBlock(block, position, fleets, context), position);
      position += block.length;
    }
  });
}

async function runBlock(
  planned: readonly PlannedTrial[],
  firstPosition: number,
  fleets: SharedFleets,
  context: TrialContext,
): Promise<Trial[]> {
  const { config, mode } = context;
  const workload = workloadNamed(planned[0]?.workload ?? '');
  const plan = windowPlanOf(config, workload, mode, planned.length);
  const measure = (block: Block) => block.measure(mode, plan);
  const judged = await withBlock(planned, firstPosition, fleets, context, measure);
  return judged.map(({ trial }) => trial);
}

/** One scenario, on processes of its own, for as long as they are used. @throws as runBlocks does */
export function withBlockOfItsOwn<Outcome>(
  planned: readonly PlannedTrial[],
  context: TrialContext,
  use: (block: Block) => Promise<Outcome>,
): Promise<Outcome> {
  return withFleets(planned, context, (fleets) => withBlock(planned, 0, fleets, context, use));
}

/** Everyone logged in, all answers checked and all code warm, for as long as it is used. */
async function withBlock<Outcome>(
  planned: readonly PlannedTrial[],
  firstPosition: number,
  fleets: SharedFleets,
  context: TrialContext,
  use: (block: Block) => Promise<Outcome>,
): Promise<Outcome> {
  const { emit } = context;
  const runs = planned.map((trial, index) =>
    openVariantRun(trial, firstPosition + index, fleets.get(trial.variant) as SharedFleet, context),
  );
  let session: LoadSession | undefined;
  try {
    emit({ type: 'block-phase', phase: 'starting' });
    await Promise.all(runs.map((run) => run.attempt(run.start)));
    emit({ type: 'block-phase', phase: 'logging in' });
    await oneByOne(runs, (run) => run.connect());
    session = await holdConnections(planned, runs, context);
    emit({ type: 'block-phase', phase: 'warming up' });
    await warmUp(runs, session, planned[0]?.instances ?? 1, context);
    await context.quiet;
    emit({ type: 'block-phase', phase: 'measuring' });
    return await use(measuringBlock(planned, runs, session, context));
  } finally {
    await session?.close().catch(() => {});
  }
}

function measuringBlock(
  planned: readonly PlannedTrial[],
  runs: readonly VariantRun[],
  session: LoadSession,
  context: TrialContext,
): Block {
  const limit = limitOf(runs, context);
  const { seed, ...order } = orderOf(planned, context);
  let measurements = 0;
  async function load(mode: LoadMode, plan: WindowPlan): Promise<LoadRecord[]> {
    const connections = runs.map((run) => run.connections());
    const loadRun = await mode.begin({
      processes: context.load,
      session,
      connections,
      order: { ...order, seed: seed + SEEDS_OF_A_MEASUREMENT * measurements++ },
    });
    limit(true);
    try {
      await alternate(runs, plan, (run, variant) => run.measure(loadRun, variant, plan));
    } finally {
      limit(false);
    }
    return loadRun.finish();
  }
  async function conclude(
    records: readonly LoadRecord[],
    warmUps: readonly WorkerReport[][],
  ): Promise<JudgedTrial[]> {
    for (const [index, run] of runs.entries()) run.keep(records[index], warmUps[index] ?? []);
    await Promise.all(runs.map((run) => run.attempt(run.finish)));
    context.signal.throwIfAborted();
    return judgeTogether(runs.map((run) => run.conclude()));
  }
  return {
    async measure(mode, plan) {
      const records = await load(mode, plan);
      return conclude(records, await session.close());
    },
    async measureAndGoOn(mode, plan) {
      for (const run of runs) run.beginAgain();
      const records = await load(mode, plan);
      return conclude(records, []);
    },
    assertSound() {
      for (const run of runs) run.assertSound();
    },
  };
}

/** Everything that is held to a share of a core, while it is measured and no longer. */
function limitOf(runs: readonly VariantRun[], { stores }: TrialContext): (on: boolean) => void {
  return (on) => {
    for (const run of runs) run.limit(on);
    for (const { held } of stores) held?.limit(on);
  };
}

/** The connections of all variants. One that could not be connected has none. */
async function holdConnections(
  planned: readonly PlannedTrial[],
  runs: readonly VariantRun[],
  context: TrialContext,
): Promise<LoadSession> {
  const generator = await context.load.closedLoop();
  const connections = runs.map((run) => run.connections());
  try {
    return await generator.open(orderOf(planned, context), connections);
  } catch (error) {
    // Nothing is measured yet: those that are left begin anew.
    if (!isAgentLost(error)) throw error;
    context.signal.throwIfAborted();
    return holdConnections(planned, runs, context);
  }
}

/** The same requests for every variant of a round. */
function orderOf(planned: readonly PlannedTrial[], { config, seeded }: TrialContext) {
  const { workload, round } = planned[0] as PlannedTrial;
  const seed = Math.floor(seededRandom(config.seed + round)() * 2 ** 31);
  return { workload, posts: seeded.posts, seed };
}

async function alternate(
  runs: readonly VariantRun[],
  { turns }: WindowPlan,
  measure: (run: VariantRun, variant: number) => Promise<void>,
): Promise<void> {
  const order = [...runs.entries()];
  for (let turn = 0; turn < turns; turn++) {
    for (const [variant, run] of order) await run.attempt(() => measure(run, variant));
    order.reverse();
  }
}

/** Never two at once: what is measured has the machine to itself. */
async function oneByOne(
  runs: readonly VariantRun[],
  step: (run: VariantRun, variant: number) => Promise<void>,
): Promise<void> {
  for (const [variant, run] of runs.entries()) await run.attempt(() => step(run, variant));
}
