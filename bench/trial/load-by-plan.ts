/** One window of the open loop, framed by readings of every process while the load goes on. */
import type { LoadGenerator } from '../load/generator.js';
import type { LoadOrder, ShardReport } from '../load/messages.js';
import type { Connection } from '../load/workload.js';
import type { Span } from '../measure/process-uses.js';
import type { Snapshot } from '../measure/snapshot.js';

/** Throughput within a window is looked at in so many parts: a multiple of three, for its thirds. */
const SLICES = 6;

export interface PlannedLoad {
  generator: LoadGenerator;
  order: Pick<LoadOrder, 'workload' | 'posts' | 'offered'>;
  seed: number;
  connections: Connection[];
  leadMs: number;
  windowMs: number;
  nowMs(): number;
  snapshot(edge: 'from' | 'to'): Promise<Snapshot>;
}

export async function loadByPlan(
  load: PlannedLoad,
): Promise<{ reports: ShardReport[]; span: Span }> {
  const { generator, order, seed, connections, leadMs, windowMs, nowMs, snapshot } = load;
  const windowFromMs = nowMs() + leadMs;
  const windowToMs = windowFromMs + windowMs;
  const reporting = generator.run(
    { ...order, seed, windowFromMs, windowToMs, slices: SLICES },
    connections,
  );
  // A shard that fails early is heard below; until then its rejection must not go unhandled.
  reporting.catch(() => {});
  await Promise.race([sleepUntil(windowFromMs, nowMs), reporting]);
  const from = await snapshot('from');
  await Promise.race([sleepUntil(windowToMs, nowMs), reporting]);
  const to = await snapshot('to');
  return { reports: await reporting, span: { from, to } };
}

function sleepUntil(atMs: number, nowMs: () => number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - nowMs())));
}
