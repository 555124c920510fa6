/** Pure: where this process stands in the kernel's control groups, from the texts of /proc/self. */
import { join } from 'node:path';

export type CgroupMethod = 'cgroup-v1' | 'cgroup-v2';

export interface CgroupMount {
  /** The group that shows at the mount point; `/` unless a container or a namespace sees only a part. */
  root: string;
  mountPoint: string;
  /** Of version 1, with options of the mount; empty for version 2, which lists them in each group. */
  controllers: string[];
}

export interface CgroupMembership {
  /** Empty for version 2. */
  controllers: string[];
  path: string;
}

/**
 * The mounts of control groups in /proc/PID/mountinfo.
 * Source: proc_pid_mountinfo(5). Fields before "-": id, parent, device, root, mount point, options;
 * after it: type, source, options of the file system, which for version 1 name the controllers.
 */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', system = ''] = line.split(' - ');
    const [, , , root, mountPoint] = mount.split(' ');
    const [type, , options = ''] = system.split(' ');
    if (root === undefined || mountPoint === undefined) return [];
    const place = { root: unescapeOctal(root), mountPoint: unescapeOctal(mountPoint) };
    if (type === 'cgroup2') return [{ ...place, controllers: [] }];
    if (type === 'cgroup') return [{ ...place, controllers: options.split(',') }];
    return [];
  });
}

/** Lines of /proc/PID/cgroup: "4:cpu,cpuacct:/path", for version 2 "0::/path" (cgroups(7)). */
export function parseCgroupMemberships(text: string): CgroupMembership[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    if (match === null) return [];
    const [, controllers = '', path = '/'] = match;
    return [{ controllers: controllers.split(',').filter(Boolean), path }];
  });
}

export interface LocatedGroup {
  mount: CgroupMount;
  /** Null when it lies outside of what the mount shows. */
  folder: string | null;
}

/**
 * Where a process stands in the hierarchy that would hold its CPU time, from /proc/self/mountinfo and
 * its own /proc/PID/cgroup. Null when that hierarchy is not mounted.
 */
export function locateGroup(
  method: CgroupMethod,
  mountinfo: string,
  cgroup: string,
): LocatedGroup | null {
  const isIt = ({ controllers }: { controllers: string[] }) =>
    method === 'cgroup-v1' ? controllers.includes('cpu') : controllers.length === 0;
  const mount = parseCgroupMounts(mountinfo).find(isIt);
  const membership = parseCgroupMemberships(cgroup).find(isIt);
  if (mount === undefined || membership === undefined) return null;
  return { mount, folder: folderOfGroup(mount, membership.path) };
}

/** Where a group's folder is, or null when it lies outside of what the mount shows. */
export function folderOfGroup({ root, mountPoint }: CgroupMount, path: string): string | null {
  // A group above the root of the namespace shows as "/..".
  if (path.split('/').includes('..')) return null;
  if (path === root) return mountPoint;
  if (root === '/') return join(mountPoint, path);
  return path.startsWith(`${root}/`) ? join(mountPoint, path.slice(root.length)) : null;
}

/** mountinfo writes a space, a tab, a line feed and a backslash as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
