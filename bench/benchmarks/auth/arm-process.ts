import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import type { Guardian } from '../../services/guardian.js';
import { printedLine } from '../../services/service-process.js';
import type { Arm } from './arms.js';

/** The service promises to be gone 5 s after SIGTERM; the tutorial forms go at once. */
const STOP_PATIENCE_MS = 6000;

export interface ArmProcess {
  pid: number;
  origin: string;
  stop(): Promise<void>;
}

const listening = z.object({ listening: z.object({ port: z.int() }) });

/**
 * A fresh process of one arm, ready to answer. Unlike an instance of a run it keeps no counters: a
 * tutorial form has none either.
 *
 * @throws LabError SERVICE_FAILED when it cannot start
 */
export async function startArm(
  { script, environment }: Arm,
  shared: Record<string, string>,
  guardian: Guardian,
): Promise<ArmProcess> {
  const child = spawn(process.execPath, [...profilerOptions(), script], {
    env: {
      PATH: process.env.PATH,
      ...shared,
      ...guardian.environment,
      ...environment,
      NODE_ENV: 'production',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid as number;
  guardian.watchProcess(pid);
  child.once('exit', () => guardian.forgetProcess(pid));
  try {
    const line = await printedLine(child, 'main', listening);
    return {
      pid,
      origin: `http://127.0.0.1:${line.listening.port}`,
      stop: () => stopChild(child),
    };
  } catch (error) {
    await stopChild(child);
    throw error;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}

/** For example BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/tmp/profiles" (docs/performance.md). */
function profilerOptions(): string[] {
  return (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((word) => word !== '');
}
