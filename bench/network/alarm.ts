/**
 * Calls back at a moment, to a fraction of a millisecond. Timers of Node.js have a grain of 1 ms, which would be as
 * long as what a proxy is to hold back; a thread of its own can sleep for less without using a core.
 */
import { Worker } from 'node:worker_threads';

export interface AlarmData {
  /** Shared, one number: the next moment, on the system's monotonic clock; infinite where nothing is due. */
  dueMs: Float64Array;
  /** Shared, one number: how often it was set. The thread sleeps on it. */
  settings: Int32Array;
}

export interface Alarm {
  /** Replaces the moment that was set before. */
  set(atMs: number): void;
}

/** It ends with the process, and keeps it alive. */
export function startAlarm(onDue: () => void): Alarm {
  const dueMs = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const settings = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  dueMs[0] = Number.POSITIVE_INFINITY;
  const workerData: AlarmData = { dueMs, settings };
  new Worker(new URL('./alarm-thread.js', import.meta.url), { workerData }).on('message', onDue);
  return {
    set(atMs) {
      dueMs[0] = atMs;
      Atomics.add(settings, 0, 1);
      Atomics.notify(settings, 0);
    },
  };
}
