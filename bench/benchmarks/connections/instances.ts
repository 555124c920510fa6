import type { SeededStores } from '../../fleet/seeded-stores.js';
import { usageOf } from '../../processes/process-usage.js';
import { type ProgramProcess, startProgram } from '../auth/program-process.js';
import { serviceProgram } from '../auth/tested-programs.js';

/**
 * Instances side by side, so that all of them meet the same machine, and ended however the work ends.
 * @param settings environment variables, of one instance each
 */
export async function withInstances<Outcome>(
  { serviceEnvironment, guardian }: SeededStores,
  settings: readonly Readonly<Record<string, string>>[],
  work: (instances: readonly ProgramProcess[]) => Promise<Outcome>,
): Promise<Outcome> {
  const instances: ProgramProcess[] = [];
  try {
    for (const own of settings) {
      const shared = { ...serviceEnvironment, ...own };
      instances.push(await startProgram(serviceProgram('none'), shared, guardian));
    }
    return await work(instances);
  } finally {
    for (const instance of instances) await instance.stop();
  }
}

/** CPU time of each since it started. */
export function cpuSecondsOf(instances: readonly ProgramProcess[]): Promise<number[]> {
  return Promise.all(instances.map(async ({ pid }) => (await usageOf(pid))?.cpuSeconds ?? 0));
}
