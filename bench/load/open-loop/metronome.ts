/**
 * Wakes the sender at planned moments. Timers of Node.js have a grain of 1 ms; a thread of its own can
 * sleep for fractions of it without using a core (docs/decisions/009-open-loop-sender.md).
 */
import { Worker } from 'node:worker_threads';

export interface MetronomeData {
  /** Shared: planned moments in rising order, on the clock that all processes share. */
  plannedMs: Float64Array;
  /** Shared, one number: how many of them the sender has got to. */
  reached: Int32Array;
}

export interface Metronome {
  /** Tells how far the sender is, so that no beat comes for what it already knows of. */
  reached(count: number): void;
  stop(): void;
}

/** @param onBeat called when something planned is due; it may be more than one */
export function startMetronome(plannedMs: readonly number[], onBeat: () => void): Metronome {
  const shared = new Float64Array(
    new SharedArrayBuffer(plannedMs.length * Float64Array.BYTES_PER_ELEMENT),
  );
  shared.set(plannedMs);
  const reached = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: MetronomeData = { plannedMs: shared, reached };
  const thread = new Worker(new URL('./metronome-thread.js', import.meta.url), { workerData });
  thread.on('message', onBeat);
  return {
    reached: (count) => void Atomics.store(reached, 0, count),
    stop: () => void thread.terminate(),
  };
}
