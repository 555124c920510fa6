import type { LoadGenerator } from '../generator.js';
import type { LoadMode, LoadRecord } from '../load-mode.js';
import { loadOnce } from '../load-once.js';
import type { WorkerReport } from '../messages.js';
import type { OfferedLoad } from './arrivals.js';

/** A plan that is kept for less says little of how a queue grows. */
const SHORTEST_WINDOW_MS = 1000;
/** Throughput within a window is looked at in so many parts: a multiple of three, for its thirds. */
const SLICES = 6;

/**
 * Requests are sent at planned moments, whether or not earlier ones were answered. A load worker opens
 * connections as it needs them; those that are held stay silent after the warm-up.
 */
export function openLoop(offered: OfferedLoad): LoadMode {
  return {
    shortestWindowMs: SHORTEST_WINDOW_MS,
    cutsAlone: false,
    warmsUp: false,
    generator: async ({ openLoop: generator }) => withOffered(await generator(), offered),
    async begin({ processes, connections, order }) {
      const generator = withOffered(await processes.openLoop(), offered);
      const windows = connections.map((): LoadRecord['windows'][number][] => []);
      return {
        processes: generator.processes,
        abort: generator.abort,
        async turn(variant, { leadMs, windowMs }, read) {
          const done = windows[variant] ?? [];
          const { reports, readings } = await loadOnce({
            generator,
            // Other arrivals in each window, and the same ones for all variants.
            order: { ...order, seed: order.seed + done.length, slices: SLICES },
            connections: connections[variant] ?? [],
            leadMs,
            windowMs,
            read,
          });
          done.push({ seconds: windowMs / 1000, reports });
          const answered = (of: (report: WorkerReport) => number) =>
            reports.reduce((sum, report) => sum + of(report), 0);
          return {
            windows: [{ ...readings, requests: answered(({ requests }) => requests) }],
            requests: answered(({ requestsSinceStart }) => requestsSinceStart),
          };
        },
        finish: async () =>
          windows.map((done, variant) => ({
            windows: done,
            readings: 'under-load',
            holdsWarmUp: false,
            // The end of a load does not wait for answers.
            inFlightLimit: (connections[variant]?.length ?? 0) * done.length,
          })),
      };
    },
  };
}

function withOffered(generator: LoadGenerator, offered: OfferedLoad): LoadGenerator {
  return {
    ...generator,
    run: (order, connections) => generator.run({ ...order, offered }, connections),
  };
}
