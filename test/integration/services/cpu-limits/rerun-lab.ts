import { setTimeout as delay } from 'node:timers/promises';
import { rerunInDelegatedGroup } from '../../../../bench/processes/cpu-limits/delegated-rerun.js';

/** A lab in small that has no limits unless it is started again. Ends when it is asked to, with 3. */
const control = { why: 'a test', advice: 'none' };
const mountinfo = '1 1 0:1 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw';
const exitCode = await rerunInDelegatedGroup({ control, mountinfo });
if (exitCode !== null) process.exit(exitCode);
process.on('SIGTERM', () => process.exit(3));
const { pid, ppid, argv } = process;
const guard = process.env.LAB_DELEGATED_BY ?? null;
process.stdout.write(`${JSON.stringify({ pid, ppid, words: argv.slice(2), guard })}\n`);
await delay(15_000);
