/**
 * Server-sent events from the log of a show. A watcher has a place in the log and is written to only while its socket
 * takes more: one that reads slowly skips what is no longer kept, and holds no memory of ours.
 */
import type { ServerResponse } from 'node:http';
import type { MessageLog } from '../show/message-log.js';
import type { Message } from '../show/show-model.js';

/** So that proxies and browsers know that the line lives. */
const SIGN_OF_LIFE_MS = 15_000;
/** A browser tries again after so long. */
const RETRY_MS = 1000;

/** @param from the number of the last message that it has; 0: none */
export function streamTo(response: ServerResponse, log: MessageLog, from: number): void {
  let place = from;
  const write = () => {
    if (response.writableNeedDrain) return;
    for (const message of log.after(place)) {
      place = message.id;
      if (!response.write(asEvent(message))) return;
    }
  };
  response.write(`retry: ${RETRY_MS}\n\n`);
  const leave = log.listen(write);
  response.on('drain', write);
  const life = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': here\n\n');
  }, SIGN_OF_LIFE_MS);
  const end = () => {
    leave();
    clearInterval(life);
  };
  response.once('close', end);
  // Of a response that still waits behind another one, only the socket is closed.
  response.req.socket.once('close', end);
  write();
}

function asEvent({ id, ...message }: Message): string {
  return `id: ${id}\nevent: ${message.type}\ndata: ${JSON.stringify({ id, ...message })}\n\n`;
}
