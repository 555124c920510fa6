/**
 * Entry of one load-generating process: closed loops, one for each side of a block. It serves one block
 * after the other, so that its code is compiled when it matters (docs/decisions/006).
 */
import { type ClosedSide, openClosedSide } from './closed-loop/side.js';
import type { FromShard, SessionOrder, ShardOrder, ToShard } from './messages.js';

/** After the window: load goes on while the lab reads the CPU time of every process. */
const TAIL_MS = 40;

let sides: (ClosedSide | null)[] = [];
let loaded: ClosedSide | null = null;

process.on('message', (message: ToShard) => {
  handle(message).catch((error) => send({ type: 'failed', message: String(error) }));
});
// The lab is gone: there is nobody to report to.
process.on('disconnect', () => process.exit(1));
send({ type: 'ready' });

async function handle(message: ToShard): Promise<void> {
  switch (message.type) {
    case 'start':
      return runOnce(message.order);
    case 'open':
      sides = message.order.sides.map((side) => openSide(message.order, side));
      return send({ type: 'opened' });
    case 'load':
      loaded = sides[message.side] ?? null;
      return send({ type: 'drained', answered: (await loaded?.load(message.window)) ?? 0 });
    case 'close': {
      const reports = sides.map((side) => side?.close() ?? null);
      sides = [];
      return send({ type: 'closed', reports });
    }
    case 'abort':
      return loaded?.endLoad();
  }
}

/** A side without connections in this shard has nothing to do. */
function openSide(
  { workload, posts }: SessionOrder,
  side: SessionOrder['sides'][number],
): ClosedSide | null {
  return side.connections.length === 0 ? null : open({ workload, posts, ...side });
}

function open(order: Parameters<typeof openClosedSide>[0]): ClosedSide {
  return openClosedSide(order, (why) => send({ type: 'failed', message: why }));
}

/** One load with one window, reported at its end without waiting for the last answers. */
async function runOnce(order: ShardOrder): Promise<void> {
  const { windowFromMs: fromMs, windowToMs: toMs, slices } = order;
  const side = open(order);
  loaded = side;
  const over = side.load({ fromMs, toMs, untilMs: toMs + TAIL_MS, slices, measured: true });
  const untilMs = toMs + TAIL_MS - Number(process.hrtime.bigint()) / 1e6;
  await Promise.race([over, new Promise((resolve) => setTimeout(resolve, untilMs))]);
  send({ type: 'report', report: side.close() });
}

function send(message: FromShard): void {
  process.send?.(message, () => {});
}
