/**
 * Entry of one load-generating process of the open loop. Like that of the closed loop it serves one trial
 * after the other, so that its code is compiled when it matters (docs/decisions/006).
 */
import type { FromWorker, ToWorker } from '../messages.js';
import { createParts, eachSecond } from '../parts.js';
import { type OpenLoopRun, runOpenLoop } from './sender.js';

let run: OpenLoopRun | undefined;

process.on('message', (message: ToWorker) => {
  if (message.type === 'abort') run?.end();
  else if (message.type === 'start') {
    try {
      const { order } = message;
      if (!order.offered) throw new Error('an open loop needs a rate');
      const parts = createParts(send);
      const begun = runOpenLoop(order, order.offered, (report) => {
        telling.stop();
        send({ type: 'report', report, parts: parts.told() });
      });
      const telling = eachSecond(order.streamed, () => parts.tell([begun.part()]));
      run = begun;
    } catch (error) {
      send({ type: 'failed', message: String(error) });
    }
  }
});
// The lab is gone: there is nobody to report to.
process.on('disconnect', () => process.exit(1));
send({ type: 'ready' });

function send(message: FromWorker): void {
  process.send?.(message, () => {});
}
