/** A process of the service that prints where it listens: watched by the guardian, ended in order. */
import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Guardian } from '../processes/guardian/guardian.js';
import { printedLine, type ServiceEntry } from './service-process.js';

/** The service promises to be gone 5 s after SIGTERM. */
const STOP_PATIENCE_MS = 6000;

const listening = z.object({ listening: z.object({ port: z.int() }) });

export interface ListeningProcess {
  /** Undefined where it could not even start; then `origin` rejects. */
  pid: number | undefined;
  /** Rejects with LabError SERVICE_FAILED when the process ends before it listens. */
  origin: Promise<string>;
  /** Resolves when it has ended, by whatever cause: with "SIGKILL" or "code 1". */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export function superviseListening(
  child: ChildProcess,
  entry: ServiceEntry,
  guardian: Guardian,
): ListeningProcess {
  const { pid } = child;
  if (pid !== undefined) {
    guardian.watchProcess(pid);
    child.once('exit', () => guardian.forgetProcess(pid));
  }
  const origin = printedLine(child, entry, listening).then(
    (line) => `http://127.0.0.1:${line.listening.port}`,
  );
  // Several may fail; the first is heard, the others must not go unhandled.
  origin.catch(() => {});
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
  return { pid, origin, ended, stop: () => stopChild(child, ended) };
}

async function stopChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
