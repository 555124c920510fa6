/** Everybody of a lane gets a good login, as soon as its stores take one again. */
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../model/errors.js';
import type { Lane } from './lane.js';

/** After a store has come back, and after a change of password that is still under way. */
const WITHIN_MS = 20_000;
const AGAIN_AFTER_MS = 250;

/** @throws the signal's reason; the LabError of the last try */
export async function logInAgain(lane: Lane, signal: AbortSignal): Promise<void> {
  const giveUpMs = performance.now() + WITHIN_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await lane.logIn();
      return;
    } catch (error) {
      if (!(error instanceof LabError) || performance.now() > giveUpMs) throw error;
      await delay(AGAIN_AFTER_MS, undefined, { signal });
    }
  }
}
