/** A PostgreSQL that is a primary with replicas: its failover, and what it does to refresh tokens. */
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../model/errors.js';
import type { StoreReplication } from '../../stores/store.js';
import type { Lane } from '../lane.js';
import type { StageHands, Undo } from './fault.js';

/** At each lane that has refresh tokens: their owners. */
const TOKENS = 20;
/** So long the replica hears nothing: time for some writes. */
export const DEAF_SECONDS = 1;
const READY_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 50;

/** @throws LabError FAULT_UNAVAILABLE where PostgreSQL is one server */
function replicationOf({ database }: Pick<StageHands, 'database'>): StoreReplication {
  if (database.replication) return database.replication;
  throw new LabError(
    'FAULT_UNAVAILABLE',
    'PostgreSQL is one server here: take --postgres primary:1+1.',
  );
}

/** One lane after the other: a login costs as much as a hundred other requests. @throws LabError LOGIN_FAILED */
export async function giveRefreshTokens(stage: StageHands): Promise<void> {
  replicationOf(stage);
  for (const { refreshTokens } of stage.lanes) await refreshTokens.give(TOKENS);
}

/**
 * People do something with their refresh tokens. Then the primary is killed, and its replica is promoted; when instances
 * answer again, everybody presents what they have.
 *
 * @param isInStep true: the replica knows all that people did to their tokens, and perhaps not the last posts; false: it
 *   hears nothing of it
 */
export async function failOver(
  stage: StageHands,
  { isInStep }: { isInStep: boolean },
): Promise<Undo> {
  const replication = replicationOf(stage);
  const before = replication.primary();
  try {
    if (!isInStep) await replication.deafen();
    await Promise.all(stage.lanes.map(({ refreshTokens }) => refreshTokens.change()));
    if (isInStep) await replication.untilInStep();
    else await delay(DEAF_SECONDS * 1000);
    await before.hands.kill();
    await replication.promote();
  } catch (error) {
    // As it was: whoever has not taken over follows again.
    await before.hands.start();
    await replication.rejoin();
    throw error;
  }
  await Promise.all(stage.lanes.map(untilReady));
  await Promise.all(stage.lanes.map(({ refreshTokens }) => refreshTokens.present()));
  return () => replication.rejoin();
}

/** Or no longer than that: whoever has no answer then is counted as one without. */
async function untilReady(lane: Lane): Promise<void> {
  const giveUpMs = performance.now() + READY_WITHIN_MS;
  const isReady = async (instance: Lane['instances']['all'][number]) =>
    (await lane.ask(instance, { method: 'GET', path: '/readyz' })).status === 200;
  while (performance.now() < giveUpMs) {
    if ((await Promise.all(lane.instances.all.map(isReady))).every(Boolean)) return;
    await delay(ASK_EVERY_MS);
  }
}
