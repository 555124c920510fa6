/**
 * Entry of one load-generating process: closed loops, one for each variant of a block. It serves one block
 * after the other, so that its code is compiled when it matters (docs/decisions/006).
 */

import type { FromWorker, LoadWindow, SessionOrder, ToWorker, WorkerOrder } from '../messages.js';
import { createParts, eachSecond, type Parts } from '../parts.js';
import { type HeldLoop, openHeldLoop } from './held-loop.js';

/** After the window: load goes on while the lab reads the CPU time of every process. */
const TAIL_MS = 40;

let loops: (HeldLoop | null)[] = [];
let loaded: HeldLoop | null = null;
/** Of the open session. */
let parts: Parts = createParts(send);
let isStreamed = false;

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
      parts = createParts(send);
      isStreamed = message.order.streamed === true;
      await Promise.all(loops.map((loop) => loop?.connected()));
      return send({ type: 'opened' });
    case 'load':
      loaded = loops[message.loop] ?? null;
      return send({ type: 'drained', answered: await loadLoop(message.window) });
    case 'close': {
      const reports = loops.map((loop) => loop?.close() ?? null);
      loops = [];
      return send({ type: 'closed', reports, parts: parts.told() });
    }
    case 'abort':
      return loaded?.endLoad();
  }
}

/** A part takes a millisecond or two to make: rather after a load than in the middle of it. */
async function loadLoop(window: LoadWindow): Promise<number> {
  const tell = () => parts.tell(loops.map((loop) => loop?.report() ?? null));
  const telling = eachSecond(isStreamed, () => {
    if (parts.isDue()) tell();
  });
  try {
    return (await loaded?.load(window)) ?? 0;
  } finally {
    telling.stop();
    if (isStreamed && parts.isDue()) tell();
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
  const { windowFromMs: fromMs, windowToMs: toMs, slices, startMs, slackMs = 0 } = order;
  const loop = open(order);
  loaded = loop;
  const told = createParts(send);
  const telling = eachSecond(order.streamed, () => told.tell([loop.report()]));
  const endMs = toMs + slackMs + TAIL_MS;
  const window = { ...(startMs !== undefined && { startMs }), fromMs, toMs, untilMs: endMs };
  const over = loop.load({ ...window, slices, measured: true });
  const untilMs = endMs - Number(process.hrtime.bigint()) / 1e6;
  await Promise.race([over, new Promise((resolve) => setTimeout(resolve, untilMs))]);
  telling.stop();
  send({ type: 'report', report: loop.close(), parts: told.told() });
}

function send(message: FromWorker): void {
  process.send?.(message, () => {});
}
