/** The lab as its user starts it: a process with words, an environment and two streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithTests } from './cleanup.js';

const CLI = fileURLToPath(new URL('../../bench/cli/main.js', import.meta.url));

export interface LabRun {
  child: ChildProcess;
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once the text was printed on either stream; rejects when the lab ends before. */
  printed(pattern: RegExp): Promise<void>;
  /** The exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

/** Verbs that want the machine for themselves; tests run beside each other. */
const MEASURING: readonly string[] = ['compare', 'sustain', 'calibrate', 'drill', 'crowd', 'load'];

export interface LabOptions {
  alongside?: boolean;
  /** Another copy of it. */
  cli?: string;
  as?: StartedAs;
}

/** Whom a process runs as, and the folder it works in. */
interface StartedAs {
  uid?: number;
  gid?: number;
  cwd?: string;
  /** What stands before the command: a program that starts it elsewhere, in a process that it becomes. */
  through?: readonly string[];
}

/** Stores of its own, whatever the tests or the machine offer. */
export function startLab(
  asked: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  { alongside = true, cli = CLI, as = {} }: LabOptions = {},
): LabRun {
  const words = alongside && MEASURING.includes(asked[0] ?? '') ? [...asked, '--alongside'] : asked;
  return startScript(cli, words, { environment, ...as });
}

/** Another program of this repository, in the same way. */
export function startScript(
  file: string,
  words: readonly string[],
  { environment = {}, through = [], ...as }: { environment?: NodeJS.ProcessEnv } & StartedAs = {},
): LabRun {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const [command, ...before] = [...through, process.execPath];
  const child = endWithTests(
    spawn(command as string, [...before, '--enable-source-maps', file, ...words], {
      ...as,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    pid: child.pid as number,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(stdout) || pattern.test(stderr)) resolve();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        look();
        ended.then((code) =>
          reject(new Error(`it ended with ${code} before it printed ${pattern}: ${stderr}`)),
        );
      }),
  };
}
