import { spawn } from 'node:child_process';
import { superviseListening } from '../../fleet/listening-process.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import type { TestedProgram } from './tested-programs.js';

export interface ProgramProcess {
  pid: number;
  origin: string;
  stop(): Promise<void>;
}

/**
 * A fresh process of one program, ready to answer. Unlike an instance of a run it keeps no counters: a
 * tutorial form has none either.
 *
 * @throws LabError SERVICE_FAILED when it cannot start
 */
export async function startProgram(
  { script, environment }: TestedProgram,
  shared: Record<string, string>,
  guardian: Guardian,
): Promise<ProgramProcess> {
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
  const { pid, origin, stop } = superviseListening(child, 'main', guardian);
  try {
    return { origin: await origin, pid: pid as number, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** For example BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=/tmp/profiles" (docs/performance.md). */
function profilerOptions(): string[] {
  return (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((word) => word !== '');
}
