/** Entry of a process that sends for a part of a crowd. */
import { monotonicClock } from '../clock.js';
import { type Crowd, createCrowd } from './crowd.js';
import type { CrowdCall, FromCrowdSender, ToCrowdSender } from './messages.js';

const nowMs = monotonicClock();
let crowd: Crowd | null = null;

const tell = (message: FromCrowdSender) => process.send?.(message);

process.on('message', (message: ToCrowdSender) => {
  answer(message)
    .then((result) => tell({ type: 'done', id: message.id, result: result ?? null }))
    .catch((error: Error) => tell({ type: 'failed', id: message.id, message: error.message }));
});
// Without the lab nobody asks for anything.
process.once('disconnect', () => process.exit());
tell({ type: 'ready' });

async function answer(call: CrowdCall): Promise<unknown> {
  if (call.call === 'begin') {
    crowd = createCrowd(call.order, nowMs);
    return null;
  }
  if (!crowd) throw new Error('a crowd has to begin first');
  switch (call.call) {
    case 'users':
      return crowd.addUsers(call.users);
    case 'connect':
      return crowd.connectAll(call);
    case 'ask':
      return crowd.ask(call);
    case 'come-back':
      return crowd.comeBack(call);
    case 'connected':
      return crowd.connected();
  }
}
