import { nextWindow } from '../alignment.js';
import { monotonicClock } from '../clock.js';
import type { LoadMode, ReadWindow } from '../load-mode.js';

/**
 * Each connection sends when its last request is answered. The connections of a block are held: a window
 * ends with its last answer, and everything is read between loads.
 */
export const closedLoop: LoadMode = {
  shortestWindowMs: 0,
  cutsAlone: true,
  warmsUp: true,
  generator: ({ closedLoop: generator }) => generator(),
  async begin({ session, connections }) {
    const nowMs = monotonicClock();
    const seconds = connections.map(() => 0);
    let isCut = false;
    const load = (variant: number, leadMs: number, windowMs: number, measured: boolean) => {
      const window = nextWindow(nowMs(), session.alignment(), { leadMs, windowMs });
      return session.load(variant, { ...window, slices: 1, measured });
    };
    return {
      processes: session.processes,
      abort() {
        isCut = true;
        session.abort();
      },
      async turn(variant, { windows, leadMs, windowMs }, read) {
        isCut = false;
        const done: ReadWindow<Awaited<ReturnType<typeof read>>>[] = [];
        let requests = 0;
        for (let window = 0; window < windows && !isCut; window++) {
          const from = await read('from');
          const answered = await load(variant, leadMs, windowMs, true);
          seconds[variant] = (seconds[variant] ?? 0) + windowMs / 1000;
          done.push({ from, to: await read('to'), requests: answered });
          requests += answered;
        }
        return { windows: done, requests };
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
