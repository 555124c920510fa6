import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { alignColumns } from '../auth/cost-table.js';
import type { ProgramProcess } from '../auth/program-process.js';
import { cpuSecondsOf, withInstances } from './instances.js';
import { withServerOptions } from './server-options.js';

/** Seconds between two looks at all connections for those whose time is up; Node's own is 30. */
const INTERVALS = [1, 5, 30];
const AT_ONCE = 100;

/** @returns lines of a table: what an instance with as many idle connections costs while nobody asks */
export async function compareChecks(
  ready: SeededStores,
  { connections, seconds }: { connections: number; seconds: number },
  signal: AbortSignal,
): Promise<string[]> {
  const settings = INTERVALS.map((interval) =>
    withServerOptions({ connectionsCheckingInterval: interval * 1000 }),
  );
  return withInstances(ready, settings, async (instances) => {
    const sockets: Socket[] = [];
    try {
      const alone = await cpuWhile(instances, seconds, signal);
      for (const { origin } of instances) {
        for (let open = 0; open < connections; open += AT_ONCE) {
          const some = Array.from({ length: Math.min(AT_ONCE, connections - open) }, () =>
            openIdle(Number(new URL(origin).port)),
          );
          sockets.push(...(await Promise.all(some)));
        }
      }
      const idle = await cpuWhile(instances, seconds, signal);
      const head = ['looked at every', 'connections', 'CPU ms a second', 'without connections'];
      return alignColumns([
        head,
        ...INTERVALS.map((interval, index) => [
          `${interval} s`,
          String(connections),
          ...[idle, alone].map((costs) => ((costs[index] as number) * 1000).toFixed(1)),
        ]),
      ]);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
}

/** Cores in use by each. */
async function cpuWhile(
  instances: readonly ProgramProcess[],
  seconds: number,
  signal: AbortSignal,
): Promise<number[]> {
  // What came before it is still being cleared away.
  await delay(3000, undefined, { signal });
  const before = await cpuSecondsOf(instances);
  await delay(seconds * 1000, undefined, { signal });
  return (await cpuSecondsOf(instances)).map(
    (after, index) => (after - (before[index] as number)) / seconds,
  );
}

/** With one answer, so that it is a connection that is kept alive. @throws what the socket says */
async function openIdle(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await once(socket, 'data');
  // The instance hangs up after its keep-alive, which is longer than this measures.
  return socket.on('error', () => socket.destroy());
}
