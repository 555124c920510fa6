/** Where on this machine groups with a limit of CPU time can be made. Looks, and changes nothing. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupMethod, type LocatedGroup, locateGroup } from './control-groups.js';

/** A place for groups. */
export interface CpuControl {
  method: CgroupMethod;
  /** The folder of the group below which new ones are made. */
  parent: string;
  /**
   * `parent` holds processes and may not as soon as its children have the controller (the rule "no
   * internal processes" of version 2, from which the root of all groups is exempt): they have to move.
   */
  occupied: boolean;
}

export interface NoCpuControl {
  why: string;
  advice: string;
}

/** What is looked at; a test says what there is. */
export interface SystemView {
  platform: NodeJS.Platform;
  isRoot: boolean;
  /** Null when there is no such file. */
  read(path: string): string | null;
  exists(path: string): boolean;
  canWrite(path: string): boolean;
}

function viewSystem(): SystemView {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    read(path) {
      try {
        return readFileSync(path, 'latin1');
      } catch {
        return null;
      }
    },
    exists: existsSync,
    canWrite(path) {
      try {
        accessSync(path, constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}

export const HOW_TO = 'docs/fixed-size-instances.md says how to get limits of CPU time.';

export function lookForCpuControl(view: SystemView = viewSystem()): CpuControl | NoCpuControl {
  if (view.platform !== 'linux') {
    return {
      why: 'limits of CPU time are control groups, which only Linux has',
      advice: `Run the lab in a virtual machine with Linux. ${HOW_TO}`,
    };
  }
  const mountinfo = view.read('/proc/self/mountinfo') ?? '';
  const cgroup = view.read('/proc/self/cgroup') ?? '';
  // A controller is in one of the two; where version 1 has it, version 2 cannot.
  const version1 = locateGroup('cgroup-v1', mountinfo, cgroup);
  if (version1) return lookInVersion1(view, version1.folder);
  const version2 = locateGroup('cgroup-v2', mountinfo, cgroup);
  if (version2) return lookInVersion2(view, version2);
  return { why: 'no control groups are mounted here', advice: HOW_TO };
}

/** For the report and the doctor: "control groups (version 1) in /sys/fs/cgroup/cpu". */
export function describeControl({ method, parent }: CpuControl): string {
  const version = method === 'cgroup-v1' ? 'version 1' : 'version 2';
  return `control groups (${version}) in ${parent}`;
}

/** @param own folder of the group that the lab is in */
function lookInVersion1(view: SystemView, own: string | null): CpuControl | NoCpuControl {
  if (own === null) return outOfSight;
  if (!view.canWrite(own)) return notAllowed(view, own, 'Run the lab as root.');
  return { method: 'cgroup-v1', parent: own, occupied: false };
}

function lookInVersion2(
  view: SystemView,
  { mount: { root, mountPoint }, folder: own }: LocatedGroup,
): CpuControl | NoCpuControl {
  // Every group but the first of all has a type (Documentation/admin-guide/cgroup-v2.rst).
  const isFirst = (folder: string) =>
    root === '/' && folder === mountPoint && !view.exists(join(folder, 'cgroup.type'));
  // Root need not crowd its login session: the first group may have processes and children at once.
  const candidates = [view.isRoot && isFirst(mountPoint) ? mountPoint : null, own];
  for (const parent of candidates) {
    if (parent !== null && hasCpuController(view, parent) && isOurs(view, parent)) {
      return { method: 'cgroup-v2', parent, occupied: !isFirst(parent) };
    }
  }
  if (own === null) return outOfSight;
  if (!isOurs(view, own)) {
    return notAllowed(view, own, 'Run the lab as root, or as a user in a session of systemd.');
  }
  return {
    why: `the group ${own} has no cpu controller`,
    advice: `It has to be delegated from above. ${HOW_TO}`,
  };
}

function hasCpuController(view: SystemView, folder: string): boolean {
  const text = view.read(join(folder, 'cgroup.controllers')) ?? '';
  return text.trim().split(/\s+/).includes('cpu');
}

function isOurs(view: SystemView, folder: string): boolean {
  return [folder, join(folder, 'cgroup.procs'), join(folder, 'cgroup.subtree_control')].every(
    view.canWrite,
  );
}

const outOfSight: NoCpuControl = {
  why: 'the control group that the lab is in cannot be seen from here',
  advice: `Containers need their control groups mounted for writing. ${HOW_TO}`,
};

/** @param forUsers how somebody who is not root gets limits */
function notAllowed({ isRoot }: SystemView, folder: string, forUsers: string): NoCpuControl {
  const way = isRoot
    ? 'In a container, give it its control groups for writing (docker run --privileged).'
    : forUsers;
  return {
    why: `no group can be made in ${folder}, which cannot be written`,
    advice: `${way} ${HOW_TO}`,
  };
}
