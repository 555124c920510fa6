import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { seededRandom } from '../../model/random.js';
import { startDelayingProxy } from '../../network/delaying-proxy.js';
import { alignColumns } from '../auth/cost-table.js';
import { cpuSecondsOf, withInstances } from './instances.js';
import { withServerOptions } from './server-options.js';

/** Seconds: Node's own, that of load balancers, and the service's. */
const KEPT = [5, 60, 65];
/** Seconds: how long load balancers keep a connection on which nothing comes, and so the longest after which they use one. */
const USED_WITHIN = 60;
/** Milliseconds around a moment at which a server may close: clocks differ, and so do the ways to them. */
const AROUND = 500;
/** Milliseconds between client and instance: what is on its way when the instance closes has been sent in vain. */
const EACH_WAY_MS = 10;
const CONNECTED_AT_ONCE = 50;
const GIVE_UP_MS = 10_000;

const HEAD = [
  'keepAliveTimeout',
  'asked again',
  'on the same connection',
  'closed before',
  'died under the request',
  'CPU us a request',
];

type Fate = 'same' | 'closed' | 'died';
type Fates = Record<Fate, number>;

/**
 * Clients ask, wait, and ask again on the same connection if it is still there: half of them some time
 * within a minute, a quarter just when Node's own time is up, a quarter at the last moment of a load balancer.
 * The way to each takes 10 ms.
 * @returns lines of a table: what became of the second requests
 */
export async function compareKeepAlive(
  ready: SeededStores,
  { connections, rounds }: { connections: number; rounds: number },
  signal: AbortSignal,
): Promise<string[]> {
  const settings = KEPT.map((seconds) => withServerOptions({ keepAliveTimeout: seconds * 1000 }));
  return withInstances(ready, settings, async (instances) => {
    const origins = instances.map(({ origin }) => origin);
    const way = await startDelayingProxy(origins, EACH_WAY_MS, ready.guardian);
    try {
      // Thousands wait for it at once.
      setMaxListeners(0, signal);
      const random = seededRandom(1);
      const fates = KEPT.map((): Fates => ({ same: 0, closed: 0, died: 0 }));
      const before = await cpuSecondsOf(instances);
      for (let round = 0; round < rounds; round++) {
        // The same pauses for each of them.
        const pauses = Array.from({ length: connections }, (_, index) => pauseMs(index, random));
        await Promise.all(
          way.urls.map(async (url, index) => {
            const ends = await askTwice(Number(new URL(url).port), pauses, signal);
            for (const fate of ends) (fates[index] as Fates)[fate] += 1;
          }),
        );
      }
      const after = await cpuSecondsOf(instances);
      const requests = 2 * connections * rounds;
      return alignColumns([
        HEAD,
        ...fates.map(({ same, closed, died }, index) => [
          `${KEPT[index]} s`,
          ...[same + closed + died, same, closed, died].map(String),
          ((((after[index] ?? 0) - (before[index] ?? 0)) / requests) * 1e6).toFixed(0),
        ]),
      ]);
    } finally {
      await way.stop();
    }
  });
}

function pauseMs(index: number, random: () => number): number {
  if (index % 2 === 0) return random() * USED_WITHIN * 1000;
  const middle = index % 4 === 1 ? (KEPT[0] as number) : USED_WITHIN;
  return middle * 1000 + (random() - 0.5) * 2 * AROUND;
}

async function askTwice(
  port: number,
  pauses: readonly number[],
  signal: AbortSignal,
): Promise<Fate[]> {
  const fates: Promise<Fate>[] = [];
  for (const [index, pause] of pauses.entries()) {
    if (index % CONNECTED_AT_ONCE === 0) await delay(20, undefined, { signal });
    fates.push(fateOf(port, pause, signal));
  }
  return Promise.all(fates);
}

async function fateOf(port: number, pause: number, signal: AbortSignal): Promise<Fate> {
  const socket = open(port);
  if (!(await isAnswered(socket))) throw new Error('a first request was not answered');
  await delay(pause, undefined, { signal });
  if (socket.destroyed || socket.readableEnded) {
    const another = open(port);
    await isAnswered(another);
    another.destroy();
    return 'closed';
  }
  const answered = await isAnswered(socket);
  socket.destroy();
  return answered ? 'same' : 'died';
}

function open(port: number): Socket {
  // What becomes of it is seen where it is used.
  return connect({ host: '127.0.0.1', port, noDelay: true }).on('error', () => {});
}

function isAnswered(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answered: boolean) => () => {
      clearTimeout(timer);
      socket.removeAllListeners('data').removeAllListeners('close');
      // Read on, or its end would not be seen.
      socket.resume();
      resolve(answered);
    };
    const timer = setTimeout(end(false), GIVE_UP_MS);
    socket.once('data', end(true)).once('close', end(false));
    socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  });
}
