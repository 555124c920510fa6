import { nextWindow } from './alignment.js';
import { monotonicClock } from './clock.js';
import type { LoadGenerator } from './generator.js';
import type { LoadOrder, WorkerReport } from './messages.js';
import type { Connection } from './workload.js';

/** Of a span of load: where it begins and where it ends. */
export type Edge = 'from' | 'to';

/** What was read at both edges. */
export interface Readings<Reading> {
  from: Reading;
  to: Reading;
}

export interface OneLoad<Reading> {
  generator: LoadGenerator;
  order: Omit<LoadOrder, 'windowFromMs' | 'windowToMs' | 'startMs' | 'slackMs'>;
  connections: Connection[];
  /** Load before the window. */
  leadMs: number;
  windowMs: number;
  /** Called at both edges, while the load goes on. */
  read(edge: Edge): Promise<Reading>;
  /** Ends the wait for an edge early. Whoever aborts it aborts the generator too. */
  signal?: AbortSignal;
}

/**
 * One load with one window and connections of its own, and a reading at either edge of the window.
 *
 * @returns a report of each load worker, what was read, and the window on the monotonic clock
 * @throws LabError SHARD_FAILED
 */
export async function loadOnce<Reading>(
  load: OneLoad<Reading>,
): Promise<{ reports: WorkerReport[]; readings: Readings<Reading>; fromMs: number; toMs: number }> {
  const { generator, order, connections, leadMs, windowMs, read, signal } = load;
  const nowMs = monotonicClock();
  const alignment = generator.alignment();
  const { startMs, fromMs, toMs } = nextWindow(nowMs(), alignment, { leadMs, windowMs });
  const { slackMs } = alignment;
  const reporting = generator.run(
    { ...order, startMs, windowFromMs: fromMs, windowToMs: toMs, slackMs },
    connections,
  );
  // A worker that fails early is heard below; until then its rejection must not go unhandled.
  reporting.catch(() => {});
  await Promise.race([sleep(fromMs - nowMs(), signal), reporting]);
  const from = await read('from');
  await Promise.race([sleep(toMs - nowMs(), signal), reporting]);
  const to = await read('to');
  return { reports: await reporting, readings: { from, to }, fromMs, toMs };
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, ms));
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done, { once: true });
  });
}
