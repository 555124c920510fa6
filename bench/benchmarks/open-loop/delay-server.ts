/**
 * Entry of a server with known delays, because it imposes them and keeps the time of each: from the
 * request's arrival in this process to the moment its answer is handed to the socket.
 *
 * node delay-server.js <name of the delay> <seed>
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicClock } from '../../load/clock.js';
import { seededRandom } from '../../model/random.js';
import { delayNamed, type KnownDelay } from './delays.js';

export type FromDelayServer =
  | { type: 'listening'; port: number }
  /** In the order of answering. */
  | { type: 'truth'; receivedMs: number[]; tookMs: number[] };

const [name, seed] = process.argv.slice(2);
const delay = delayNamed(name);
const random = seededRandom(Number(seed));
const nowMs = monotonicClock();
const truth = { type: 'truth' as const, receivedMs: [] as number[], tookMs: [] as number[] };
const send = (message: FromDelayServer) => process.send?.(message, () => {});

const server = createServer((_request, response) => {
  const receivedMs = nowMs();
  const answer = () => {
    response.end('{}');
    truth.receivedMs.push(receivedMs);
    truth.tookMs.push(nowMs() - receivedMs);
  };
  const delayMs = delay.drawMs(random);
  if (delayMs > 0) setTimeout(answer, delayMs);
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  send({ type: 'listening', port: (server.address() as AddressInfo).port });
});
if (delay.stops) stopAgainAndAgain(delay.stops);
process.on('message', () => send(truth));
process.on('disconnect', () => process.exit(0));

/** Stops as a long collection of garbage does: connections are accepted by the system, and nobody reads. */
function stopAgainAndAgain({ everyMs, stopMs }: NonNullable<KnownDelay['stops']>): void {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let atMs = nowMs() + everyMs;
  const stop = () => {
    const endMs = atMs + stopMs;
    for (let leftMs = endMs - nowMs(); leftMs > 0; leftMs = endMs - nowMs()) {
      Atomics.wait(cell, 0, 0, leftMs);
    }
    atMs += everyMs;
    setTimeout(stop, atMs - nowMs());
  };
  setTimeout(stop, everyMs);
}
