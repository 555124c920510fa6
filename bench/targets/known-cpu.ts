/**
 * Whether the CPU time of a target can be known. Only what it says of its own process counts, and only where one
 * process answers at each address: behind a balancer GET /metrics tells of one of many.
 */
import { LabError } from '../model/errors.js';
import { askTarget } from './ask-target.js';
import { type MetricsReading, readMetrics, readMetricsAgain } from './read-metrics.js';
import { type LocatedTarget, type TargetAddress, tokenVariable } from './target-address.js';

export type KnownCpu =
  | { from: 'metrics'; runtime: string | null; readingCpuMs: number }
  | { from: null; why: string; runtime: string | null };

/** Enough that not all of them come to one of two processes by chance (1 in 16 million). */
const REQUESTS = 24;
const READINGS = 9;

/**
 * @param credentials of a user, by address
 * @throws LabError TARGET_TOKEN_REFUSED, TARGET_WITHOUT_METRICS where a token was given for nothing, and those of
 *   askTarget
 */
export async function knownCpuOf(
  target: LocatedTarget,
  token: string | null,
  credentials: readonly Record<string, string>[],
  signal?: AbortSignal,
): Promise<KnownCpu> {
  let readingCpuMs = 0;
  let runtime: string | null = null;
  for (const [index, address] of target.addresses.entries()) {
    const answer = await readMetrics(address, token, signal);
    if (!('reading' in answer)) {
      if (token !== null) throw refusedToken(target.name, address, answer);
      return {
        from: null,
        runtime: null,
        why: `${address.url}: ${withAdvice(target.name, answer)}`,
      };
    }
    runtime ??= answer.reading.runtime;
    const asked = async () => {
      for (let sent = 0; sent < REQUESTS; sent++) {
        await askTarget(address, { path: '/me', headers: credentials[index] ?? {}, signal });
      }
    };
    if (!(await isOneProcess(address, token, asked))) {
      const why = `${address.url}: several processes answer there, and GET /metrics tells of one of them`;
      return { from: null, runtime, why };
    }
    readingCpuMs = Math.max(readingCpuMs, await costOfReading(address, token));
  }
  return { from: 'metrics', runtime, readingCpuMs };
}

/** All that was sent is counted by the one that was asked before and after. */
async function isOneProcess(
  address: TargetAddress,
  token: string | null,
  ask: () => Promise<void>,
): Promise<boolean> {
  const before = await readMetricsAgain(address, token);
  await ask();
  const after = await readMetricsAgain(address, token);
  return isSameProcess(before, after) && after.answered - before.answered >= REQUESTS;
}

export function isSameProcess(one: MetricsReading, other: MetricsReading): boolean {
  return one.startedAtSeconds === other.startedAtSeconds;
}

/** The least of them: whatever else the process does adds. */
async function costOfReading(address: TargetAddress, token: string | null): Promise<number> {
  const spent: number[] = [];
  let last = await readMetricsAgain(address, token);
  for (let read = 0; read < READINGS; read++) {
    const next = await readMetricsAgain(address, token);
    spent.push((next.cpuSeconds - last.cpuSeconds) * 1000);
    last = next;
  }
  return Math.max(0, Math.min(...spent));
}

function withAdvice(name: string, { status, why }: { status: number; why: string }): string {
  return status === 401 || status === 403
    ? `${why}, and ${tokenVariable(name)} holds no operator token`
    : why;
}

function refusedToken(
  name: string,
  { url }: TargetAddress,
  { status, why }: { status: number; why: string },
): LabError {
  const variable = tokenVariable(name);
  return status === 401 || status === 403
    ? new LabError(
        'TARGET_TOKEN_REFUSED',
        `${name} (${url}) does not take the token in ${variable}: ${why}. It must be OPERATOR_TOKEN of the deployment.`,
      )
    : new LabError(
        'TARGET_WITHOUT_METRICS',
        `${name} (${url}) has no metrics to read with the token in ${variable}: ${why}. Start the deployment with METRICS=on, or take the variable away to measure without its CPU time.`,
      );
}
