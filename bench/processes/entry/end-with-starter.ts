/**
 * A package runner passes SIGTERM on to its shell alone, and SIGKILL to nobody; what the shell had
 * started goes on without them. So a program of the lab that was started by a runner looks whether
 * the runner and the shells between are still there, and ends with the first that is gone, as on SIGTERM.
 *
 * Started by anything else, a parent may go: whoever puts a program into the background wants that.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isRunning, readStat } from '../process-identity.js';

/** Set by npm and those like it, and by `node --run`, for all that a script starts. */
const MARKS = ['npm_lifecycle_event', 'NODE_RUN_SCRIPT_NAME'];
const RUNNER_NAME = /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|bun|bunx|corepack|deno)\b/;
const LOOK_EVERY_MS = 1000;

/** Call it once, before anything is started. */
export function endWithStarter(): void {
  if (!MARKS.some((name) => process.env[name] !== undefined)) return;
  const isGone = process.platform === 'linux' ? watchChain() : watchParent();
  if (isGone()) {
    end();
    return;
  }
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS);
  // It must not keep a program running that has nothing left to do.
  timer.unref();
}

function end(): void {
  process.stderr.write(
    'STARTER_GONE: npm, or its shell, which started this, is gone, so this ends too. To let it run in the background, start it without npm: setsid node dist/bench/cli/main.js …\n',
  );
  process.kill(process.pid, 'SIGTERM');
}

function watchChain(): () => boolean {
  const chain = starterChain(process.pid, readAncestor);
  if (chain === null) return () => true;
  return () => !chain.every(({ pid, startTime }) => isRunning(pid, startTime));
}

/** Without /proc only the parent is known. */
function watchParent(): () => boolean {
  const parent = process.ppid;
  return () => process.ppid !== parent;
}

export interface Ancestor {
  pid: number;
  startTime: string;
  parentPid: number;
  session: number;
  /** Whether a script of a package runner started it. */
  marked: boolean;
  /** How it was started; empty where that cannot be read. */
  words: readonly string[];
}

/**
 * The processes from the parent up to the outermost package runner. Empty where there is none to wait
 * for; null where there was one and it has ended already, which it may do while it compiles.
 *
 * @param look null: there is no such process
 */
export function starterChain(
  pid: number,
  look: (pid: number) => Ancestor | null,
): Ancestor[] | null {
  const self = look(pid);
  // The leader of a session was put there by setsid, to outlive what started it.
  if (self === null || self.session === pid) return [];
  const chain: Ancestor[] = [];
  let runners = 0;
  let next = self.parentPid;
  // 0: in a namespace of processes that cannot be seen from here.
  while (next > 0) {
    const found = look(next);
    if (found === null) break;
    const foreign = found.session !== self.session;
    // Not seen across sessions, but by its name: a terminal has many marked processes above it.
    if (found.marked && foreign && !isNamedRunner(found)) return chain.slice(0, runners);
    if (!found.marked && !isNamedRunner(found) && (foreign || found.pid === 1)) break;
    chain.push(found);
    if (!found.marked || isNamedRunner(found)) runners = chain.length;
    if (!found.marked) break;
    next = found.parentPid;
  }
  if (runners > 0 || next === 0) return chain.slice(0, runners);
  return null;
}

/** "npm run lab" (npm names itself so), "node /usr/bin/npm …", "node --run lab". */
function isNamedRunner({ words: [program = '', first = ''] }: Ancestor): boolean {
  return (
    RUNNER_NAME.test(basename(program.split(' ')[0] ?? '')) ||
    RUNNER_NAME.test(basename(first)) ||
    /^--run\b/.test(first)
  );
}

function readAncestor(pid: number): Ancestor | null {
  const stat = readStat(pid);
  if (stat === null || 'ZX'.includes(stat.state)) return null;
  const names = readList(pid, 'environ').map((entry) => entry.split('=', 1)[0] as string);
  return {
    pid,
    startTime: stat.startTime,
    parentPid: stat.parentPid,
    session: stat.session,
    marked: MARKS.some((name) => names.includes(name)),
    words: readList(pid, 'cmdline'),
  };
}

function readList(pid: number, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1').split('\0');
  } catch {
    return []; // of another user
  }
}
