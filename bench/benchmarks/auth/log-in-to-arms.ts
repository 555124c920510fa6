import type { SeededData } from '../../fleet/service-commands.js';
import { type Credentials, logInAll } from '../../load/credentials.js';
import type { Guardian } from '../../processes/guardian/guardian.js';
import { startArm } from './arm-process.js';
import type { Arm } from './arms.js';

export interface LogInOptions {
  shared: Record<string, string>;
  guardian: Guardian;
  seeded: SeededData;
  signal: AbortSignal;
}

/**
 * Logs every seeded user in to every arm, once for all rounds: credentials outlive the process that
 * gave them, since the secrets are shared and sessions lie in Redis.
 */
export async function logInToArms(
  arms: readonly Arm[],
  { shared, guardian, seeded, signal }: LogInOptions,
): Promise<Map<string, Credentials>> {
  const credentials = new Map<string, Credentials>();
  for (const arm of arms) {
    const { origin, stop } = await startArm(arm, shared, guardian);
    try {
      credentials.set(arm.name, await logInAll(origin, seeded.users, seeded.password, signal));
    } finally {
      await stop();
    }
  }
  return credentials;
}
