/**
 * npm run bench:limits: whether a limit of CPU time is held, and how long its stops are. A busy loop
 * gets each share for some seconds and notes the gaps in its own time.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../model/errors.js';
import { findCpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import { quotaOf } from '../processes/cpu-limits/cpu-quota.js';
import { startGuardian } from '../processes/guardian/guardian.js';
import { usageOf } from '../processes/process-usage.js';
import { beginBenchmark } from './begin-benchmark.js';

const SHARES = [0.02, 0.05, 0.1, 0.25, 0.5, 1];
const SECONDS = 5;

/** Busy; prints its gaps of the last second and longer than 1 ms, as JSON, about once a second. */
const BUSY = `
  let gaps = [], last = performance.now(), told = last;
  for (;;) {
    const now = performance.now();
    if (now - last > 1) gaps.push(now - last);
    last = now;
    if (now - told > 1000) {
      require('node:fs').writeSync(1, JSON.stringify(gaps) + '\\n');
      gaps = [];
      told = last = performance.now();
    }
  }`;

await beginBenchmark('bench:limits');
const guardian = await startGuardian();
const found = await findCpuLimiter({ guardian });
if (found.limiter === null) {
  throw new LabError('CPU_LIMIT_FAILED', `No limits: ${found.why}. ${found.advice}`);
}
const busy = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
await once(busy, 'spawn');
const pid = busy.pid as number;
guardian.watchProcess(pid);
let gaps: number[] = [];
createInterface({ input: busy.stdout }).on('line', (line) => {
  gaps.push(...(JSON.parse(line) as number[]));
});

process.stdout.write(`A busy loop in ${found.limiter.description}, ${SECONDS} s each.\n`);
process.stdout.write(
  '| cores | ms in ms | cores used | held back | stop, median | stop, longest |\n',
);
process.stdout.write('|-|-|-|-|-|-|\n');
try {
  const group = found.limiter.hold('busy', pid);
  for (const cores of SHARES) {
    group.setCores(cores);
    await delay(1_500); // the gaps of the share before have been told
    gaps = [];
    const before = { cpu: await cpuSeconds(), held: group.throttling(), at: performance.now() };
    await delay(SECONDS * 1_000);
    const seconds = (performance.now() - before.at) / 1000;
    const used = ((await cpuSeconds()) - before.cpu) / seconds;
    const held = group.throttling().throttledSeconds - before.held.throttledSeconds;
    const { quotaMicroseconds, periodMicroseconds } = quotaOf(cores);
    const sorted = gaps.sort((a, b) => a - b);
    const stop = (at: number) =>
      `${(sorted[Math.floor(at * (sorted.length - 1))] ?? 0).toFixed(0)} ms`;
    const cells = [
      cores,
      `${quotaMicroseconds / 1000} in ${periodMicroseconds / 1000}`,
      used.toFixed(4),
      `${((100 * held) / seconds).toFixed(0)} %`,
      stop(0.5),
      stop(1),
    ];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
} finally {
  found.limiter.close();
  busy.kill('SIGKILL');
  await guardian.stop();
}

async function cpuSeconds(): Promise<number> {
  return (await usageOf(pid))?.cpuSeconds ?? Number.NaN;
}
