/** The two dialects in which the kernel takes a limit and tells what it did. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

export function readThrottling(folder: string): Throttling {
  return parseCpuStat(readFileSync(join(folder, 'cpu.stat'), 'latin1'));
}
