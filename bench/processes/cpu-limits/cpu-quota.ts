/** Pure: a share of a core as the kernel wants it, a quota of CPU time in each period. */

import { LabError } from '../../model/errors.js';

/** What a process may be held to, in cores. */
export const MIN_CORES = 0.01;
export const MAX_CORES = 64;

/**
 * Short periods make many short stops of few long ones. 10 ms is 2.5 ticks of a kernel with 250 Hz;
 * stops end at a period's edge, and a busy thread is noticed at a tick, so shorter ones gain little.
 */
const SHORTEST_PERIOD_MICROSECONDS = 10_000;

/**
 * The kernel's least quota is 1 ms (Documentation/scheduler/sched-bwc.rst). Up to 1 ms may lie
 * unused on each core, so twice that is asked for. docs/decisions/008 has the measurements.
 */
const LEAST_QUOTA_MICROSECONDS = 2_000;

export interface CpuQuota {
  quotaMicroseconds: number;
  periodMicroseconds: number;
}

/** 0.1 core is 2 ms in every 20 ms; 0.5 core is 5 ms in every 10 ms. */
export function quotaOf(cores: number): CpuQuota {
  const periodMicroseconds = Math.max(
    SHORTEST_PERIOD_MICROSECONDS,
    Math.ceil(LEAST_QUOTA_MICROSECONDS / cores),
  );
  return { quotaMicroseconds: Math.round(cores * periodMicroseconds), periodMicroseconds };
}

/** @throws LabError CPU_SHARE_INVALID when no machine, or not this one, could hold a process to it */
export function assertCores(cores: number, machineCores: number): void {
  if (!(cores >= MIN_CORES && cores <= MAX_CORES)) {
    throw invalid(`${cores} is no share of CPU time; give ${MIN_CORES} to ${MAX_CORES} cores`);
  }
  if (cores > machineCores) {
    throw invalid(
      `${cores} cores are more than the ${machineCores} of this machine; give ${machineCores} or less, or no limit`,
    );
  }
}

function invalid(message: string): LabError {
  return new LabError('CPU_SHARE_INVALID', `${message}.`, { exitCode: 2 });
}
