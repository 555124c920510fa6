/** The two dialects in which the kernel takes a limit and tells what it did. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CgroupMethod } from './control-groups.js';
import type { CpuQuota } from './cpu-quota.js';
import { parseCpuStat, type Throttling } from './throttling.js';

/** @throws the system's error, EINVAL when a group above has less to give (version 1) */
export const writeLimit: Record<CgroupMethod, (folder: string, quota: CpuQuota | null) => void> = {
  'cgroup-v1'(folder, quota) {
    // Lifted in between: of two changes one after the other, the first may be more than is allowed.
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), '-1');
    if (quota === null) return;
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(quota.periodMicroseconds));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota.quotaMicroseconds));
  },
  'cgroup-v2'(folder, quota) {
    const text = quota === null ? 'max' : `${quota.quotaMicroseconds} ${quota.periodMicroseconds}`;
    writeFileSync(join(folder, 'cpu.max'), text);
  },
};

/** As it is in force; null without one. @throws the system's error */
export const readLimit: Record<CgroupMethod, (folder: string) => CpuQuota | null> = {
  'cgroup-v1': (folder) =>
    parseLimit(read(folder, 'cpu.cfs_quota_us'), read(folder, 'cpu.cfs_period_us')),
  'cgroup-v2'(folder) {
    const [quota = '', period = ''] = read(folder, 'cpu.max').split(' ');
    return parseLimit(quota, period);
  },
};

/** What a group and those above it leave to it, in cores; Infinity without a limit. */
export function leastCoresOf(method: CgroupMethod, folder: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const quota = limitIfAny(method, at);
    if (quota) least = Math.min(least, quota.quotaMicroseconds / quota.periodMicroseconds);
  }
  return least;
}

/** The first group of all has no such file, and what is above the mount is no group. */
function limitIfAny(method: CgroupMethod, folder: string): CpuQuota | null {
  try {
    return readLimit[method](folder);
  } catch {
    return null;
  }
}

function parseLimit(quota: string, period: string): CpuQuota | null {
  if (quota === 'max' || quota === '-1') return null;
  return { quotaMicroseconds: Number(quota), periodMicroseconds: Number(period) };
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'latin1').trim();
}

export function readThrottling(folder: string): Throttling {
  return parseCpuStat(read(folder, 'cpu.stat'));
}
