/**
 * Entry of one load-generating process: closed loops, one for each variant of a block. It serves one block
 * after the other, so that its code is compiled when it matters (docs/decisions/006).
 */

import type { FromWorker, SessionOrder, ToWorker, WorkerOrder } from '../messages.js';
import { type HeldLoop, openHeldLoop } from './held-loop.js';

/** After the window: load goes on while the lab reads the CPU time of every process. */
const TAIL_MS = 40;

let loops: (HeldLoop | null)[] = [];
let loaded: HeldLoop | null = null;

process.on('message', (message: ToWorker) => {
  handle(message).catch((error) => send({ type: 'failed', message: String(error) }));
});
// The lab is gone: there is nobody to report to.
process.on('disconnect', () => process.exit(1));
send({ type: 'ready' });

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      return runOnce(message.order);
    case 'open':
      loops = message.order.loops.map((loop) => openLoopOf(message.order, loop));
      return send({ type: 'opened' });
    case 'load':
      loaded = loops[message.loop] ?? null;
      return send({ type: 'drained', answered: (await loaded?.load(message.window)) ?? 0 });
    case 'close': {
      const reports = loops.map((loop) => loop?.close() ?? null);
      loops = [];
      return send({ type: 'closed', reports });
    }
    case 'abort':
      return loaded?.endLoad();
  }
}

/** A loop without connections in this worker has nothing to do. */
function openLoopOf(
  { workload, posts }: SessionOrder,
  loop: SessionOrder['loops'][number],
): HeldLoop | null {
  return loop.connections.length === 0 ? null : open({ workload, posts, ...loop });
}

function open(order: Parameters<typeof openHeldLoop>[0]): HeldLoop {
  return openHeldLoop(order, (why) => send({ type: 'failed', message: why }));
}

/** One load with one window, reported at its end without waiting for the last answers. */
async function runOnce(order: WorkerOrder): Promise<void> {
  const { windowFromMs: fromMs, windowToMs: toMs, slices } = order;
  const loop = open(order);
  loaded = loop;
  const over = loop.load({ fromMs, toMs, untilMs: toMs + TAIL_MS, slices, measured: true });
  const untilMs = toMs + TAIL_MS - Number(process.hrtime.bigint()) / 1e6;
  await Promise.race([over, new Promise((resolve) => setTimeout(resolve, untilMs))]);
  send({ type: 'report', report: loop.close() });
}

function send(message: FromWorker): void {
  process.send?.(message, () => {});
}
