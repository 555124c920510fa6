/**
 * Entry of the delaying proxy: passes the bytes of TCP connections on, each piece a fixed time after it came. What it
 * reads from one end is not more than the other takes, so it never holds more than is on its way.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { startAlarm } from './alarm.js';
import { createDelayLine } from './delay-line.js';
import type { ProxyChange, ProxyLed, ProxyOrder, ProxyReady } from './delaying-proxy.js';

const { delayMs, targets } = JSON.parse(process.argv[2] as string) as ProxyOrder;

/** Of one direction of a connection: then its source is not read until some of it has arrived. */
const MOST_BYTES_ON_THE_WAY = 8 * 1024 * 1024;

const line = createDelayLine(delayMs, () => Number(process.hrtime.bigint()) / 1e6);
let isSet = false;
const release = () => {
  const nextMs = line.release();
  isSet = nextMs !== null;
  if (nextMs !== null) alarm.set(nextMs);
};
const alarm = startAlarm(release);

function later(happen: () => void): void {
  line.put(happen);
  if (!isSet) release();
}

/** One direction. */
function pass(from: Socket, to: Socket): void {
  let bytesOnTheWay = 0;
  let isFull = false;
  const readOn = () => {
    if (!isFull && bytesOnTheWay < MOST_BYTES_ON_THE_WAY) from.resume();
  };
  from.on('data', (piece: Buffer) => {
    bytesOnTheWay += piece.length;
    if (bytesOnTheWay >= MOST_BYTES_ON_THE_WAY) from.pause();
    later(() => {
      bytesOnTheWay -= piece.length;
      if (to.destroyed) return;
      isFull = !to.write(piece);
      if (isFull) from.pause();
      else readOn();
    });
  });
  to.on('drain', () => {
    isFull = false;
    readOn();
  });
  from.on('end', () => later(() => to.end()));
  from.on('error', () => {});
  // What broke off breaks off at the other end too, and does not look like an end in order. After such an end, what the
  // other has not taken yet is still for it.
  from.on('close', (hasFailed) =>
    later(() => (hasFailed ? to.resetAndDestroy() : to.destroySoon())),
  );
}

/** By the place of their target: both ends of each connection that is open. */
const open = targets.map(() => new Set<Socket>());

const ports = await Promise.all(
  targets.map(async (_, place) => {
    const sockets = open[place] as Set<Socket>;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (inside) => {
      const target = targets[place] as ProxyOrder['targets'][number];
      const outside = connect({ ...target, allowHalfOpen: true, noDelay: true });
      for (const socket of [inside, outside]) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }
      pass(inside, outside);
      pass(outside, inside);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }),
);

/** An address that moves takes no connection along: what was under way is broken off at both ends. */
function lead(place: number, target: ProxyOrder['targets'][number]): void {
  targets[place] = target;
  for (const socket of open[place] ?? []) socket.resetAndDestroy();
  process.send?.({ led: place } satisfies ProxyLed);
}

process.on('message', (message) => {
  const change = message as ProxyChange;
  if ('place' in change) lead(change.place, change.target);
  else line.setDelay(change.delayMs);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ports } satisfies ProxyReady);
