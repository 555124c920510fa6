import { findNginx, type NginxProgram } from '../../../bench/fleet/web-tier/nginx-program.js';
import { LabError } from '../../../bench/model/errors.js';
import { startGuardian } from '../../../bench/processes/guardian/guardian.js';

/** As the lab finds it: on PATH, else the distribution's package unpacked. @returns or why there is none */
export async function nginxOrReason(): Promise<NginxProgram | string> {
  const guardian = await startGuardian();
  try {
    return await findNginx({
      environment: process.env,
      guardian,
      user: null,
      onMessage: () => {},
      signal: AbortSignal.timeout(120_000),
    });
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  } finally {
    await guardian.stop();
  }
}
