/** A server of the lab's own: on a free port, waited for until it answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../model/errors.js';
import { findFreePort } from '../processes/ports/free-port.js';
import { descendantsOf } from '../processes/process-family.js';
import type { ServerProcess } from '../processes/server-process.js';
import type { StartedStore, StoreHands } from './store.js';
import { describeFailure } from './unanswered.js';

export interface FreshServer {
  /** For a person: "PostgreSQL". */
  product: string;
  urlOf(port: number): string;
  /** @param attempt counted from 1: another process may take the port before the server has it */
  start(port: number, attempt: number): Promise<ServerProcess>;
  /** @returns its version; throws while it does not answer */
  ask(url: string): Promise<string>;
  waitSeconds: number;
  failed(what: string, log: string, cause?: unknown): LabError;
}

const ATTEMPTS = 5;
const ASK_AGAIN_MS = 15;

/** @throws LabError what `failed` makes of it, PORT_TAKEN when five ports in a row were; it runs no more then */
export async function serveOnFreePort(
  fresh: FreshServer,
  signal: AbortSignal,
): Promise<Omit<StartedStore, 'startedBy'>> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const url = fresh.urlOf(port);
    const server = await fresh.start(port, attempt);
    try {
      const version = await waitUntilReady(fresh, server, url, signal);
      return { url, version, pid: server.pid, ...hold(fresh, server, { port, attempt, url }) };
    } catch (error) {
      await server.stop();
      if (attempt < ATTEMPTS && error instanceof LabError && error.code === 'PORT_TAKEN') continue;
      throw error;
    }
  }
}

/** After SIGKILL, processes that worked for it may hold on to its memory for a moment. */
const START_AGAIN_WITHIN_MS = 10_000;
const START_AGAIN_EVERY_MS = 200;

function hold(
  fresh: FreshServer,
  first: ServerProcess,
  { port, attempt, url }: { port: number; attempt: number; url: string },
): Pick<StartedStore, 'stop' | 'hands'> {
  let server = first;
  let starts = attempt;
  const signal: StoreHands['signal'] = (name) => {
    for (const pid of [server.pid, ...descendantsOf(server.pid)]) send(pid, name);
  };
  const startOnce = async () => {
    starts += 1;
    server = await fresh.start(port, starts);
    try {
      await waitUntilReady(fresh, server, url, new AbortController().signal);
    } catch (error) {
      await server.stop();
      throw error;
    }
  };
  return {
    // One that stands still hears nothing else.
    stop: () => {
      signal('SIGCONT');
      return server.stop();
    },
    hands: {
      pid: () => server.pid,
      kill: () => server.kill(),
      async start() {
        const giveUpMs = performance.now() + START_AGAIN_WITHIN_MS;
        while (server.hasEnded()) {
          try {
            await startOnce();
          } catch (error) {
            if (performance.now() > giveUpMs) throw error;
            await delay(START_AGAIN_EVERY_MS);
          }
        }
      },
      signal,
    },
  };
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has just ended
  }
}

async function waitUntilReady(
  { product, ask, waitSeconds, failed }: FreshServer,
  server: ServerProcess,
  url: string,
  signal: AbortSignal,
): Promise<string> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    if (server.hasEnded()) {
      const log = await server.readLog();
      if (/could not bind|address already in use/i.test(log)) {
        throw new LabError('PORT_TAKEN', `Another process took the port meant for ${product}.`);
      }
      throw failed('ended while it started', log);
    }
    try {
      return await ask(url);
    } catch (cause) {
      if (performance.now() > deadline) {
        throw failed(
          `did not answer within ${waitSeconds} s (${describeFailure(cause)})`,
          await server.readLog(),
          cause,
        );
      }
      await delay(ASK_AGAIN_MS);
    }
  }
}
