/** Entry of the thread that sleeps until something is due and then wakes the proxy. */
import { parentPort, workerData } from 'node:worker_threads';
import type { AlarmData } from './alarm.js';

const { dueMs, settings } = workerData as AlarmData;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

for (;;) {
  const setting = Atomics.load(settings, 0);
  const due = dueMs[0] as number;
  const waitMs = due - nowMs();
  if (waitMs > 0) {
    Atomics.wait(settings, 0, setting, waitMs);
  } else {
    dueMs[0] = Number.POSITIVE_INFINITY;
    parentPort?.postMessage(null);
  }
}
