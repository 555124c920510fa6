/** One repetition of a drill: steady, broken, mended, and watched until all is well again. */
import { setTimeout as delay } from 'node:timers/promises';
import { judgeRepetition, type RepetitionRecord } from '../../analyse/drills/judge-repetition.js';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import type { DrillReadings, DrillRepetition, DrillResult } from '../../model/drill-schema.js';
import { LabError } from '../../model/errors.js';
import { firstGood } from '../../stage/faults/fault.js';
import type { Lane } from '../../stage/lane.js';
import type { StageEvent } from '../../stage/ledger.js';
import { logInAgain } from '../../stage/log-in-again.js';
import { CONTROL_ID, type Stage } from '../../stage/stage.js';
import { connect } from '../../stores/postgres/connection.js';
import type { Drill } from './drills.js';

const STEADY_MS = 1500;
/** Without a wrong answer: then all is well again. */
const QUIET_MS = 1000;
const LOOK_EVERY_MS = 50;

export interface RanRepetition {
  repetition: DrillRepetition;
  /** By lane, for whoever wants to count anew. */
  events: Record<string, readonly StageEvent[]>;
}

/** @throws the signal's reason; LabError DRILL_STUCK where the stage does not come back to its steady state */
export async function runRepetition(
  stage: Stage,
  drill: Drill,
  {
    steadyState,
    stores,
    controlStores,
    signal,
  }: {
    steadyState: DrillResult['steadyState'];
    stores: SeededStores;
    controlStores: SeededStores;
    signal: AbortSignal;
  },
): Promise<RanRepetition> {
  const { control } = stage;
  const all = lanesOf(stage);
  await prepare(stage, signal);
  await stage.prepare(drill.fault);
  try {
    await settle(all, signal);
    const beganMs = performance.now();
    const atMs = () => performance.now() - beganMs;
    for (const lane of all) lane.beginRecord();
    await delay(STEADY_MS, undefined, { signal });
    const faultMs = atMs();
    for (const lane of all) lane.watchReadiness();
    if (drill.doorsEveryMs !== undefined) watchDoors(stage.lanes, drill.doorsEveryMs);
    await stage.apply(drill.fault);
    const leftMs = faultMs + drill.heldSeconds * 1000 - atMs();
    await delay(Math.max(0, leftMs), undefined, { signal });
    const undoMs = atMs();
    await stage.undoAll();
    const giveUpMs = atMs() + drill.watchSeconds * 1000;
    const isWell = () =>
      all.every((lane) => atMs() - Math.max(undoMs, lane.lastWrongMs()) > QUIET_MS);
    while (atMs() < giveUpMs && !isWell()) await delay(LOOK_EVERY_MS, undefined, { signal });
    const endMs = atMs();
    await Promise.all(all.map((lane) => lane.pause()));
    const records = await Promise.all(
      all.map(async (lane): Promise<RepetitionRecord & { id: string }> => {
        const { events, written, lateShare, notReadyMs } = lane.takeRecord();
        const { databaseUrl } = (lane === control ? controlStores : stores).stores;
        const lostWrites = await countLost(databaseUrl, written);
        const watchesDoors = drill.doorsEveryMs !== undefined && lane !== control;
        return { id: lane.id, events, lateShare, notReadyMs, lostWrites, watchesDoors };
      }),
    );
    const marks = { faultMs, undoMs, endMs };
    const ofControl = records.at(-1) as RepetitionRecord;
    const controlReadings = judgeRepetition(ofControl, marks, steadyState, null);
    const variants: Record<string, DrillReadings> = {};
    for (const { id, ...record } of records.slice(0, -1)) {
      variants[id] = judgeRepetition(record, marks, steadyState, controlReadings);
    }
    variants[CONTROL_ID] = controlReadings;
    return {
      repetition: { ...marks, variants },
      events: Object.fromEntries(records.map(({ id, events }) => [id, events])),
    };
  } finally {
    await stage.undoAll();
    await Promise.all(all.map((lane) => lane.pause()));
  }
}

/** Of the one whose login the fault ends. */
function watchDoors(lanes: readonly Lane[], everyMs: number): void {
  for (const lane of lanes) {
    const person = firstGood(lane);
    if (person) lane.watchDoors(person, everyMs);
  }
}

/**
 * Everybody is logged in, lane by lane: all at once would be a herd, which is a drill of its own.
 *
 * @throws the signal's reason; LabError DRILL_STUCK
 */
export async function prepare(stage: Stage, signal: AbortSignal): Promise<void> {
  for (const lane of lanesOf(stage)) await logIn(lane, signal);
}

/** The control comes last. */
export function lanesOf({ lanes, control }: Stage): Lane[] {
  return [...lanes, ...(control ? [control] : [])];
}

async function logIn(lane: Lane, signal: AbortSignal): Promise<void> {
  try {
    await logInAgain(lane, signal);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    throw new LabError(
      'DRILL_STUCK',
      `${lane.id} does not come back to its steady state: ${error.message}`,
      { cause: error },
    );
  }
}

const SETTLED_MS = 600;
const SETTLE_WITHIN_MS = 6000;

/** Under load until nothing has been wrong for a moment; what is not steady then is said of the repetition. */
async function settle(all: readonly Lane[], signal: AbortSignal): Promise<void> {
  for (const lane of all) {
    lane.beginRecord();
    lane.begin();
  }
  const giveUpMs = performance.now() + SETTLE_WITHIN_MS;
  const isSettled = () => all.every((lane) => lane.atMs() - lane.lastWrongMs() > SETTLED_MS);
  while (!isSettled() && performance.now() < giveUpMs) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Posts that were acknowledged and are not there; those that are there are deleted. */
async function countLost(databaseUrl: string, written: readonly number[]): Promise<number> {
  if (written.length === 0) return 0;
  const client = await connect(databaseUrl, 5000);
  try {
    const found = await client.query('DELETE FROM posts WHERE id = ANY($1)', [written]);
    return written.length - (found.rowCount ?? 0);
  } finally {
    await client.end();
  }
}
