import { findCpuLimiter } from '../../../../bench/processes/cpu-limits/cpu-limiter.js';
import { startGuardian } from '../../../../bench/processes/guardian/guardian.js';
import { startBusy } from './support.js';

/** A lab in small, to be killed by a test: holds a busy process to a fiftieth of a core. */
const guardian = await startGuardian();
const { limiter } = await findCpuLimiter({ guardian });
const busy = await startBusy();
guardian.watchProcess(busy.pid);
limiter?.hold('busy', busy.pid).setCores(0.02);
process.stdout.write(`${JSON.stringify({ busy: busy.pid })}\n`);
setInterval(() => {}, 1_000);
