import { spawn } from 'node:child_process';
import { type ListeningProcess, superviseListening } from '../../fleet/listening-process.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import type { TestedProgram } from './tested-programs.js';

export interface ProgramProcess {
  /** Of the program itself: what it costs is measured, and not what its companions cost. */
  pid: number;
  origin: string;
  stop(): Promise<void>;
}

/**
 * A fresh process of one program, ready to answer, and its companions before it. Unlike an instance of a
 * run it keeps no counters: a tutorial form has none either.
 *
 * @throws LabError SERVICE_FAILED when one of them cannot start; the others are stopped
 */
export async function startProgram(
  { script, environment, companions }: TestedProgram,
  shared: Record<string, string>,
  guardian: Guardian,
): Promise<ProgramProcess> {
  const started: ListeningProcess[] = [];
  const start = (name: string, entry: string, more: Record<string, string | undefined>) => {
    const child = spawn(process.execPath, [...profilerOptions(), entry], {
      env: {
        PATH: process.env.PATH,
        ...shared,
        ...guardian.environment,
        ...more,
        HOST: '127.0.0.1',
        PORT: '0',
        NODE_ENV: 'production',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const listening = superviseListening(child, name, guardian);
    started.push(listening);
    return listening;
  };
  const stop = async () => {
    // It drains by asking its companions, so those go last.
    for (const each of started.toReversed()) await each.stop();
  };
  try {
    const addresses: Record<string, string> = {};
    for (const companion of companions) {
      const { origin } = start(companion.name, companion.script, {});
      addresses[`${companion.name.toUpperCase()}_URL`] = await origin;
    }
    const { pid, origin } = start('main', script, { ...addresses, ...environment });
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
