/** Entry of the thread that sleeps until the next planned moment and then wakes the sender. */
import { parentPort, workerData } from 'node:worker_threads';
import { monotonicClock } from '../clock.js';
import type { MetronomeData } from './metronome.js';

/** Beats closer than this become one: each costs both threads some 20 µs. */
const MIN_GAP_MS = 0.2;
/** The longest sleep, so that the thread can be stopped while nothing is due. */
const MAX_SLEEP_MS = 1000;

const { plannedMs, reached } = workerData as MetronomeData;
const nowMs = monotonicClock();
/** Nobody ever wakes this one; it is there to sleep on. */
const bed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

let notBeforeMs = 0;
for (;;) {
  const next = plannedMs[Atomics.load(reached, 0)];
  if (next === undefined) break;
  const waitMs = Math.max(next, notBeforeMs) - nowMs();
  if (waitMs > 0) {
    // The sender may get there by itself meanwhile, when an answer wakes it: look again afterwards.
    Atomics.wait(bed, 0, 0, Math.min(waitMs, MAX_SLEEP_MS));
    continue;
  }
  parentPort?.postMessage(null);
  notBeforeMs = nowMs() + MIN_GAP_MS;
}
