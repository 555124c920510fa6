/** Processes that are started one after the other and stopped the other way round; none outlives the group. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Guardian } from '../../bench/processes/guardian/guardian.js';

/** How long one may take to listen, and to end. */
const PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 5_000;
const TURN_MS = 50;

export interface Program {
  /** Stands before each line that it prints. */
  name: string;
  command: string;
  words: string[];
  environment: NodeJS.ProcessEnv;
  /** Ours say that they listen. nginx says nothing, so this port is tried. */
  silentPort?: number;
}

export interface Group {
  /** @returns whether it listens now: it may have ended, or all are being stopped */
  start(program: Program): Promise<boolean>;
  /** @returns whether it ran */
  stop(name: string): Promise<boolean>;
  stopAll(): Promise<void>;
  /** Resolves with a sentence when one has ended that nobody stopped, or does not come up. */
  lost: Promise<string>;
}

interface Running {
  child: ChildProcess;
  ended: Promise<string>;
}

/** @param say told what each prints, line by line */
export function openGroup(guardian: Guardian, say: (name: string, line: string) => void): Group {
  const running = new Map<string, Running>();
  /** By their first start: one that is started again keeps its place. */
  const order: string[] = [];
  let closed = false;
  let lose: (what: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });

  async function start({ name, command, words, environment, silentPort }: Program) {
    if (closed || running.has(name)) return running.has(name);
    const child = spawn(command, words, {
      env: { ...environment, ...guardian.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches every process of the terminal's group at once. This one is stopped in its turn.
      detached: true,
    });
    const ended = endOf(child);
    running.set(name, { child, ended });
    if (!order.includes(name)) order.push(name);
    const { pid } = child;
    if (pid !== undefined) guardian.watchProcess(pid);
    let up = false;
    for (const stream of [child.stdout, child.stderr] as Readable[]) {
      createInterface({ input: stream }).on('line', (line) => {
        say(name, line);
        up ||= line.startsWith('Listening on ');
      });
    }
    const waiting = new AbortController();
    ended.then((how) => {
      waiting.abort();
      if (pid !== undefined) guardian.forgetProcess(pid);
      // Whoever stops one takes it off the list first.
      if (running.get(name)?.child === child) {
        running.delete(name);
        lose(`${name} ended by itself, with ${how}`);
      }
    });
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!(up || waiting.signal.aborted)) {
      if (performance.now() > deadlineMs) {
        lose(`${name} does not listen, ${PATIENCE_MS / 1000} seconds after its start`);
        return false;
      }
      await delay(TURN_MS);
      if (silentPort !== undefined && (await listens(silentPort))) {
        say(name, `Listening on http://127.0.0.1:${silentPort}`);
        up = true;
      }
    }
    return up && !waiting.signal.aborted;
  }

  async function stop(name: string): Promise<boolean> {
    const process = running.get(name);
    if (!process) return false;
    running.delete(name);
    const kill = setTimeout(() => process.child.kill('SIGKILL'), STOP_PATIENCE_MS);
    process.child.kill('SIGTERM');
    await process.ended;
    clearTimeout(kill);
    say(name, 'stopped');
    return true;
  }

  return {
    start,
    stop,
    lost,
    async stopAll() {
      closed = true;
      for (const name of [...order].reverse()) await stop(name);
    },
  };
}

/** After the last of what it printed. @returns for instance "SIGKILL", "code 1" */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
