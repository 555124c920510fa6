import { monotonicClock } from '../clock.js';
import type { LoadMode } from '../load-mode.js';

/**
 * Each connection sends when its last request is answered. The connections of a block are held: a window
 * ends with its last answer, and everything is read between loads.
 */
export const closedLoop: LoadMode = {
  shortestWindowMs: 0,
  cutsAlone: true,
  generator: ({ closedLoop: generator }) => generator(),
  async begin({ processes, session, connections }) {
    const { pids, abort } = await processes.closedLoop();
    const nowMs = monotonicClock();
    const seconds = connections.map(() => 0);
    return {
      pids,
      abort,
      async window(variant, { leadMs, windowMs }, read) {
        const from = await read('from');
        const fromMs = nowMs() + leadMs;
        const toMs = fromMs + windowMs;
        await session.load(variant, { fromMs, toMs, untilMs: toMs, slices: 1, measured: true });
        seconds[variant] = (seconds[variant] ?? 0) + windowMs / 1000;
        return { from, to: await read('to') };
      },
      async finish() {
        const reports = await session.close();
        return connections.map((_, variant) => ({
          windows: [{ seconds: seconds[variant] ?? 0, reports: reports[variant] ?? [] }],
          readings: 'between-loads',
          holdsWarmUp: true,
          // Every load ended with its last answer.
          inFlightLimit: 0,
        }));
      },
    };
  },
};
