import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { lookForCpuControl } from '../../../../bench/processes/cpu-limits/cpu-control.js';
import { usageOf } from '../../../../bench/processes/process-usage.js';

/** Null, or why this machine cannot run tests of limits. */
export function whyNoLimits(): string | null {
  const control = lookForCpuControl();
  return 'method' in control ? null : control.why;
}

/** Ends a test that this machine cannot run, and says why where its name is printed. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  if (context.test) context.test.title += ` (skipped: ${reason})`;
  return context.skip();
}

const SPIN = 'for (;;) Math.sqrt(Math.random());';

/** Its main thread and, when told so, further threads that never rest. */
export async function startBusy({ threads = 1 } = {}): Promise<ChildProcess & { pid: number }> {
  const script = `
    const { Worker } = require('node:worker_threads');
    for (let n = 1; n < ${threads}; n += 1) new Worker(${JSON.stringify(SPIN)}, { eval: true });
    setTimeout(() => { process.stdout.write('busy'); ${SPIN} }, 100);`;
  return startAndWait(script);
}

/** A process that starts a busy child when it is told to, and prints the child's pid. */
export async function startParent({ busyFromTheStart = false } = {}) {
  const start = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(SPIN)}]);
    process.stdout.write(String(child.pid));`;
  const script = busyFromTheStart
    ? `${start} setInterval(() => {}, 1000);`
    : `process.stdout.write('ready'); process.stdin.once('data', () => { ${start} });`;
  return startAndWait(script);
}

async function startAndWait(script: string) {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return Object.assign(child as ChildProcess & { pid: number }, { said: String(said) });
}

/** Cores that a process uses, on average over the time. */
export async function coresUsed(pid: number, milliseconds: number): Promise<number> {
  const read = async () => (await usageOf(pid))?.cpuSeconds ?? Number.NaN;
  const [before, start] = [await read(), performance.now()];
  await delay(milliseconds);
  const [after, end] = [await read(), performance.now()];
  return ((after - before) / (end - start)) * 1000;
}
