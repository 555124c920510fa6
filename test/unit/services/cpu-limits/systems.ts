/** Machines as /proc and /sys describe them. */
import type { SystemView } from '../../../../bench/processes/cpu-limits/cpu-control.js';

export interface DescribedSystem {
  platform?: NodeJS.Platform;
  isRoot?: boolean;
  readOnly?: boolean;
  mountinfo: string;
  cgroup: string;
  files: Record<string, string>;
}

/** Version 1 with the old mounts beside version 2, which then has no cpu controller. */
export const HYBRID: DescribedSystem = {
  mountinfo: [
    '22 27 0:21 / /proc rw,relatime - proc proc rw',
    '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
    '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
    '',
  ].join('\n'),
  cgroup: '4:memory:/\n1:cpu,cpuacct:/lab\n0::/elsewhere\n',
  files: { '/sys/fs/cgroup/unified/cgroup.controllers': 'hugetlb\n' },
};

const UNIFIED = '31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';

/** A login session under systemd. */
export const SESSION: DescribedSystem = {
  mountinfo: UNIFIED,
  cgroup: '0::/user.slice/session-2.scope\n',
  files: { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n' },
};

export const SCOPE_CONTROLLERS =
  '/sys/fs/cgroup/user.slice/user@1000.service/lab.scope/cgroup.controllers';

/** What `systemd-run --user --scope -p Delegate=yes` makes. */
export const USER_SCOPE: DescribedSystem = {
  mountinfo: UNIFIED,
  cgroup: '0::/user.slice/user@1000.service/lab.scope\n',
  files: { [SCOPE_CONTROLLERS]: 'cpu memory pids\n' },
};

export function systemWith(described: DescribedSystem): SystemView {
  const files: Record<string, string> = {
    ...described.files,
    '/proc/self/mountinfo': described.mountinfo,
    '/proc/self/cgroup': described.cgroup,
  };
  return {
    platform: described.platform ?? 'linux',
    isRoot: described.isRoot ?? false,
    read: (path) => files[path] ?? null,
    exists: (path) => path in files,
    canWrite: () => !described.readOnly,
  };
}
