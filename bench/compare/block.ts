/**
 * One block: all strategies of a cell (workload and number of instances) in one round. Their fleets
 * run side by side and are measured in turns, a short window each, in an order that is reversed from
 * turn to turn. A machine that grows slower for a second then slows every strategy alike
 * (docs/decisions/007).
 */
import { paceOfOthers } from '../measure/pace.js';
import { judge } from '../measure/validity.js';
import type { PlannedTrial } from '../plan.js';
import type { Trial } from '../result/schema.js';
import type { TrialContext } from './context.js';
import { openSide, type Side } from './side.js';

/** Of the seconds asked for: on a machine so slow, what is not warm by then is measured as it is. */
const MOST_WARM_UPS = 5;
const SHORTEST_WARM_UP_SECONDS = 0.4;

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
  const { emit, signal, config, holder } = context;
  const sides = planned.map((trial, index) => openSide(trial, firstPosition + index, context));
  // Where nothing is compared, a turn would cost its time for nothing.
  const turns = sides.length > 1 ? (config.turns ?? 1) : 1;
  const limit = (on: boolean) => {
    for (const side of sides) side.limit(on);
    holder.redis.limit(on);
    holder.postgres.limit(on);
  };
  try {
    emit({ type: 'block-phase', phase: 'starting' });
    await Promise.all(sides.map((side) => side.attempt(side.start)));
    emit({ type: 'block-phase', phase: 'logging in' });
    await oneByOne(sides, (side) => side.connect());
    emit({ type: 'block-phase', phase: 'warming up' });
    await warmUp(sides);
    limit(true);
    for (let turn = 0; turn < turns; turn++) {
      emit({ type: 'block-phase', phase: 'measuring' });
      const order = turn % 2 === 0 ? sides : [...sides].reverse();
      await oneByOne(order, (side) => side.measure(config.seconds / turns));
    }
    limit(false);
    await oneByOne(sides, (side) => side.finish());
    signal.throwIfAborted();
    return judgeTogether(sides);
  } finally {
    limit(false);
    emit({ type: 'block-phase', phase: 'stopping' });
    await Promise.all(sides.map((side) => side.stop()));
  }
}

/** Never two at once: what is measured has the machine to itself. */
async function oneByOne(
  sides: readonly Side[],
  step: (side: Side) => Promise<void>,
): Promise<void> {
  for (const side of sides) await side.attempt(() => step(side));
}

/** At least as long as asked for, and until all code is compiled: that takes requests, not seconds. */
async function warmUp(sides: readonly Side[]): Promise<void> {
  const [first] = sides;
  if (!first) return;
  const seconds = first.warmUpSeconds;
  await oneByOne(sides, (side) => side.warmUp(seconds));
  const piece = Math.max(SHORTEST_WARM_UP_SECONDS, seconds / 2);
  for (let spent = seconds; spent < seconds * MOST_WARM_UPS; spent += piece) {
    const cold = sides.filter((side) => !side.isWarm());
    if (cold.length === 0) return;
    await oneByOne(cold, (side) => side.warmUp(piece));
  }
}

function judgeTogether(sides: readonly Side[]): Trial[] {
  const outcomes = sides.map((side) => side.conclude());
  const paces = paceOfOthers(
    outcomes.map((outcome) => ('evidence' in outcome ? turnsOf(outcome.evidence.trial) : [])),
  );
  return outcomes.map((outcome, index) =>
    'evidence' in outcome
      ? judge({ ...outcome.evidence, pace: paces[index] ?? null })
      : outcome.failed,
  );
}

/** Throughput of each turn, from its slices. */
function turnsOf({ windowsRps, turns = 1 }: Pick<Trial, 'windowsRps' | 'turns'>): number[] {
  const perTurn = windowsRps.length / turns;
  return Array.from({ length: turns }, (_, turn) => {
    const slices = windowsRps.slice(turn * perTurn, (turn + 1) * perTurn);
    return slices.reduce((sum, rps) => sum + rps, 0) / perTurn;
  });
}
