/**
 * One block: all strategies of a cell (workload and number of instances) in one round. Their fleets
 * run side by side and are loaded in turns, a short window each, in an order that is reversed from
 * turn to turn. A machine that grows slower for a moment then slows every strategy alike
 * (docs/decisions/007).
 */
import type { LoadSession } from '../load/generator.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { paceOfOthers } from '../measure/pace.js';
import { judge } from '../measure/validity.js';
import type { PlannedTrial } from '../model/planned-trials.js';
import { seededRandom } from '../model/random.js';
import type { Trial } from '../model/result-schema.js';
import { type Cadence, cadenceOf } from './cadence.js';
import type { TrialContext } from './context.js';
import { openSide, type Side } from './side.js';

/** A side and its number in the session. */
type Numbered = [number, Side];

/** Of the seconds asked for, per instance: what is not warm by then is measured as it is. */
const MOST_WARM_UPS = 8;
const SHORTEST_WARM_UP_SECONDS = 0.3;

/**
 * Runs and judges the trials of a block. What goes wrong with one side makes its trial invalid, and
 * is its reason; the others go on.
 *
 * @param firstPosition of the first trial in the order of the run
 * @returns a trial for each planned one, in the same order
 * @throws the signal's reason when the run is cancelled; everything it started is stopped by then
 */
export async function runBlock(
  planned: readonly PlannedTrial[],
  firstPosition: number,
  context: TrialContext,
): Promise<Trial[]> {
  const { emit, signal, holder } = context;
  const sides = planned.map((trial, index) => openSide(trial, firstPosition + index, context));
  const numbered = [...sides.entries()];
  const limit = (on: boolean) => {
    for (const side of sides) side.limit(on);
    holder.redis.limit(on);
    holder.database.limit(on);
  };
  let session: LoadSession | null = null;
  try {
    emit({ type: 'block-phase', phase: 'starting' });
    await Promise.all(sides.map((side) => side.attempt(side.start)));
    emit({ type: 'block-phase', phase: 'logging in' });
    await oneByOne(numbered, (side) => side.connect());
    session = await openSession(planned, sides, context);
    emit({ type: 'block-phase', phase: 'warming up' });
    await warmUp(numbered, session, planned[0]?.instances ?? 1, context);
    emit({ type: 'block-phase', phase: 'measuring' });
    limit(true);
    await measure(numbered, session, cadenceFor(planned, context), context);
    limit(false);
    const reports = await session.close();
    session = null;
    await Promise.all(
      sides.map((side, index) => side.attempt(() => side.finish(reports[index] ?? []))),
    );
    signal.throwIfAborted();
    return judgeTogether(sides);
  } finally {
    emit({ type: 'block-phase', phase: 'stopping' });
    limit(false);
    await session?.close().catch(() => {});
    await Promise.all(sides.map((side) => side.stop()));
  }
}

/** Connections of all sides, held. One that could not be connected has none. */
async function openSession(
  planned: readonly PlannedTrial[],
  sides: readonly Side[],
  { closedLoop, config, seeded }: TrialContext,
): Promise<LoadSession> {
  const generator = await closedLoop();
  const { workload, round } = planned[0] as PlannedTrial;
  // The same requests for every strategy of a round.
  const seed = Math.floor(seededRandom(config.seed + round)() * 2 ** 31);
  return generator.open(
    { workload, posts: seeded.posts, seed },
    sides.map((side) => side.connections()),
  );
}

function cadenceFor(planned: readonly PlannedTrial[], { config }: TrialContext): Cadence {
  const { workload } = planned[0] as PlannedTrial;
  return cadenceOf(config, workloadNamed(workload), planned.length);
}

/** At least as long as asked for, and until all code is compiled: that takes requests, not seconds. */
async function warmUp(
  sides: readonly Numbered[],
  session: LoadSession,
  instances: number,
  { config: { warmUpSeconds: seconds } }: TrialContext,
): Promise<void> {
  const load = (cold: readonly Numbered[], length: number) =>
    oneByOne(cold, (side, index) => side.warmUp(session, index, length));
  await load(sides, seconds);
  const piece = Math.max(SHORTEST_WARM_UP_SECONDS, seconds / 2);
  const most = seconds * MOST_WARM_UPS * instances;
  for (let spent = seconds; spent < most; spent += piece) {
    const cold = sides.filter(([, side]) => !side.isWarm());
    if (cold.length === 0) return;
    await load(cold, piece);
  }
}

async function measure(
  sides: readonly Numbered[],
  session: LoadSession,
  cadence: Cadence,
  { config }: TrialContext,
): Promise<void> {
  const order = [...sides];
  for (let turn = 0; turn < cadence.windows; turn++) {
    await oneByOne(order, (side, index) =>
      config.offered ? side.measureByPlan(cadence) : side.measure(session, index, cadence),
    );
    order.reverse();
  }
}

/** Never two at once: what is measured has the machine to itself. */
async function oneByOne(
  sides: readonly Numbered[],
  step: (side: Side, index: number) => Promise<void>,
): Promise<void> {
  for (const [index, side] of sides) await side.attempt(() => step(side, index));
}

function judgeTogether(sides: readonly Side[]): Trial[] {
  const outcomes = sides.map((side) => side.conclude());
  const paces = paceOfOthers(
    outcomes.map((outcome) => ('evidence' in outcome ? windowRatesOf(outcome.evidence.trial) : [])),
  );
  return outcomes.map((outcome, index) =>
    'evidence' in outcome
      ? judge({ ...outcome.evidence, pace: paces[index] ?? null })
      : outcome.failed,
  );
}

/** Throughput of each window, from its slices. */
function windowRatesOf({
  windowsRps,
  windows = 1,
}: Pick<Trial, 'windowsRps' | 'windows'>): number[] {
  const perWindow = windowsRps.length / windows;
  return Array.from({ length: windows }, (_, index) => {
    const slices = windowsRps.slice(index * perWindow, (index + 1) * perWindow);
    return slices.reduce((sum, rps) => sum + rps, 0) / perWindow;
  });
}
