import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { usageOf } from '../../processes/process-usage.js';
import { alignColumns } from '../auth/cost-table.js';
import type { ProgramProcess } from '../auth/program-process.js';
import { withInstances } from './instances.js';
import { withServerOptions } from './server-options.js';

/** Seconds for the head and for the whole request: short, as some advise, and the service's. */
const LIMITS = [
  { head: 5, whole: 5 },
  { head: 20, whole: 20 },
  { head: 66, whole: 70 },
];
/** Milliseconds. A virtual machine that is moved, a laptop that was closed for a moment. */
const STILL_MS = 8000;
const GIVE_UP_MS = 100_000;

const HEAD_BEGUN = 'POST /auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\n';
const BODY = '{"email":"nobody"}';
const HEAD_REST = `Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n`;

const PARTS = {
  head: { begun: HEAD_BEGUN, rest: HEAD_REST + BODY },
  body: { begun: HEAD_BEGUN + HEAD_REST + BODY.slice(0, 4), rest: BODY.slice(4) },
} as const;

const HEAD = [
  'headersTimeout',
  'requestTimeout',
  'half of the',
  'requests',
  'answered',
  'given up',
  'held for s',
  'kB each',
];

/**
 * Two things that pull at these limits. Honest requests that were half there when the instance stood still
 * for a moment; and senders that never send the other half, for as long as they are held.
 * Limits are looked at every second, so that they are what is measured.
 * @returns lines of a table
 */
export async function compareRequestLimits(
  ready: SeededStores,
  { connections }: { connections: number },
  signal: AbortSignal,
): Promise<string[]> {
  const settings = LIMITS.map(({ head, whole }) =>
    withServerOptions({
      headersTimeout: head * 1000,
      requestTimeout: whole * 1000,
      connectionsCheckingInterval: 1000,
    }),
  );
  return withInstances(ready, settings, async (instances) => {
    const rows = [HEAD];
    for (const [part, { begun, rest }] of Object.entries(PARTS)) {
      const honest = await whileStandingStill(instances, { begun, rest, connections }, signal);
      const held = await Promise.all(
        instances.map((instance) => holdHalf(instance, begun, connections)),
      );
      for (const [index, { head, whole }] of LIMITS.entries()) {
        const answered = honest[index] as number;
        const { seconds, bytes } = held[index] as Held;
        rows.push([
          ...[`${head} s`, `${whole} s`, part, String(connections), String(answered)],
          ...[String(connections - answered), seconds.toFixed(0), (bytes / 1000).toFixed(1)],
        ]);
      }
    }
    return alignColumns(rows);
  });
}

/** @returns of each instance, requests that got an answer to what they asked */
async function whileStandingStill(
  instances: readonly ProgramProcess[],
  { begun, rest, connections }: { begun: string; rest: string; connections: number },
  signal: AbortSignal,
): Promise<number[]> {
  const sockets = instances.map(({ origin }) =>
    Array.from({ length: connections }, () => openWith(begun, origin)),
  );
  await delay(1000, undefined, { signal });
  const answers = sockets.map((some) => some.map(statusOf));
  try {
    for (const { pid } of instances) process.kill(pid, 'SIGSTOP');
    for (const socket of sockets.flat()) socket.write(rest);
    await delay(STILL_MS, undefined, { signal });
  } finally {
    for (const { pid } of instances) process.kill(pid, 'SIGCONT');
  }
  return Promise.all(
    answers.map(async (some) => {
      const statuses = await Promise.all(some);
      return statuses.filter((status) => status !== null && status !== 408).length;
    }),
  );
}

interface Held {
  /** Until the last of them was closed. */
  readonly seconds: number;
  /** Of memory, while all of them were held. */
  readonly bytes: number;
}

async function holdHalf(
  { origin, pid }: ProgramProcess,
  begun: string,
  connections: number,
): Promise<Held> {
  const memory = async () => (await usageOf(pid))?.rssBytes ?? 0;
  const before = await memory();
  const startedAt = performance.now();
  const ends = Array.from({ length: connections }, () => statusOf(openWith(begun, origin)));
  await delay(2000);
  const bytes = ((await memory()) - before) / connections;
  await Promise.all(ends);
  return { seconds: (performance.now() - startedAt) / 1000, bytes };
}

function openWith(begun: string, origin: string): Socket {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(origin).port), noDelay: true });
  socket.on('error', () => socket.destroy()).write(begun);
  return socket;
}

/** @returns that of the answer; null without one */
function statusOf(socket: Socket): Promise<number | null> {
  return new Promise((resolve) => {
    const end = (status: number | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(status);
    };
    const timer = setTimeout(() => end(null), GIVE_UP_MS);
    socket.once('data', (chunk: Buffer) => end(Number(chunk.toString('latin1').split(' ')[1])));
    socket.once('close', () => end(null));
  });
}
