/**
 * The service's entries as processes. The lab knows their file names and the JSON lines they print,
 * never their modules (docs/contracts.md).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { LabError } from '../model/errors.js';
import { likeAnyOther } from '../processes/priority.js';

/** Every process of the service gets these and nothing else of the lab's own environment. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'LANG'];

const OUR_ENTRIES = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * @param entry the name of its file in src/: "main", "seed", or a companion that a strategy declares
 * @param nodeOptions given to Node before the file
 * @param folder the entries of a build: this one unless given
 */
export function spawnService(
  entry: string,
  environment: Record<string, string>,
  nodeOptions: readonly string[] = [],
  folder = OUR_ENTRIES,
): ChildProcess {
  const inherited = Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const child = spawn(process.execPath, [...nodeOptions, join(folder, `${entry}.js`)], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C in a terminal reaches the lab alone, which ends it in order.
    detached: true,
  });
  if (child.pid !== undefined) likeAnyOther(child.pid);
  return child;
}

/**
 * The first printed line of JSON that has the key.
 *
 * @throws LabError SERVICE_FAILED with what the process said on standard error
 */
export function printedLine<Schema extends z.ZodType>(
  child: ChildProcess,
  entry: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return new Promise((resolve, reject) => {
    const { ended, failed } = readLines(child, entry, schema, resolve);
    ended.then((how) => reject(failed(`ended with ${how}`)), reject);
  });
}

/**
 * All printed lines of JSON that have the key, of a process that ends by itself.
 *
 * @throws LabError SERVICE_FAILED with what the process said on standard error
 */
export async function printedLines<Schema extends z.ZodType>(
  child: ChildProcess,
  entry: string,
  schema: Schema,
): Promise<z.infer<Schema>[]> {
  const lines: z.infer<Schema>[] = [];
  const { ended, failed } = readLines(child, entry, schema, (line) => lines.push(line));
  const how = await ended;
  if (how !== 'code 0') throw failed(`ended with ${how}`);
  return lines;
}

function readLines<Schema extends z.ZodType>(
  child: ChildProcess,
  entry: string,
  schema: Schema,
  onLine: (line: z.infer<Schema>) => void,
) {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2000);
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const parsed = schema.safeParse(parseJson(line));
      if (parsed.success) onLine(parsed.data);
    });
  }
  const failed = (why: string) =>
    new LabError('SERVICE_FAILED', `The service's ${entry} ${why}. ${complaint.trim()}`);
  /** With "SIGKILL" or "code 1". "close" comes after the last of what it printed. */
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(failed(`could not start: ${error.message}`)));
    child.once('close', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  return { ended, failed };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
