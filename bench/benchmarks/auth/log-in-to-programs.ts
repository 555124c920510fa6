import type { SeededData } from '../../fleet/service-commands.js';
import { type Credentials, logInAll } from '../../load/credentials.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { startProgram } from './program-process.js';
import type { TestedProgram } from './tested-programs.js';

export interface LogInOptions {
  shared: Record<string, string>;
  guardian: Guardian;
  seeded: SeededData;
  signal: AbortSignal;
}

/**
 * Logs every seeded user in to every program, once for all rounds: credentials outlive the process that
 * gave them, since the secrets are shared and sessions lie in Redis.
 */
export async function logInToPrograms(
  programs: readonly TestedProgram[],
  { shared, guardian, seeded, signal }: LogInOptions,
): Promise<Map<string, Credentials>> {
  const credentials = new Map<string, Credentials>();
  for (const program of programs) {
    const { origin, stop } = await startProgram(program, shared, guardian);
    try {
      credentials.set(program.name, await logInAll(origin, seeded.users, seeded.password, signal));
    } finally {
      await stop();
    }
  }
  return credentials;
}
