/**
 * Holds processes to a fixed share of a core by the kernel's control groups
 * (docs/decisions/008-fixed-size-by-control-groups.md).
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import type { Guardian } from '../guardian/guardian.js';
import { LAB_NAME } from '../lab-name.js';
import { readStat } from '../process-identity.js';
import { type CgroupMethod, locateGroup } from './control-groups.js';
import {
  type CpuControl,
  describeControl,
  HOW_TO,
  lookForCpuControl,
  type NoCpuControl,
} from './cpu-control.js';
import { type CpuGroup, createCpuGroup } from './cpu-group.js';
import type { CpuQuota } from './cpu-quota.js';
import { type MadeGroup, makeGroup, moveAll, processesOf, removeGroup } from './group-folder.js';
import { leastCoresOf, readLimit, readThrottling, writeLimit } from './limit-files.js';
import { moveFamily } from './move-family.js';

export interface CpuLimiter {
  readonly method: CgroupMethod;
  /** A sentence for the report and the doctor. */
  readonly description: string;
  /** What the group that the lab is in has itself, in cores; Infinity without a limit. */
  readonly mostCores: number;
  /**
   * A group of its own, without a limit yet, for a process, the children it has and whatever they
   * start from now on.
   *
   * @throws LabError CPU_LIMIT_FAILED when the process has ended or cannot be moved
   */
  hold(name: string, pid: number): CpuGroup;
  /**
   * Moves what still runs back to where it was and removes every group. Idempotent. What cannot be
   * removed is left to the guardian, which tries again when the processes are gone.
   */
  close(): void;
}

export type FoundLimiter = { limiter: CpuLimiter } | ({ limiter: null } & NoCpuControl);

export interface LimiterOptions {
  /** Removes the groups should the lab be killed. */
  guardian: Pick<Guardian, 'watchCpuGroup' | 'forgetCpuGroup'>;
  /** Where groups are made, unless it is to be looked for. */
  control?: CpuControl | NoCpuControl;
  /** The controller that is handed on to the groups of version 2. */
  controller?: string;
}

/** Looks for a way to limit CPU time and prepares it. Close what it finds. */
export async function findCpuLimiter(options: LimiterOptions): Promise<FoundLimiter> {
  const control = options.control ?? lookForCpuControl();
  if (!('method' in control)) return { limiter: null, ...control };
  try {
    return { limiter: openLimiter(control, options) };
  } catch (error) {
    const { message } = error as Error;
    return {
      limiter: null,
      why: `the control group ${control.parent} does not take groups of the lab: ${message}`,
      advice: HOW_TO,
    };
  }
}

function openLimiter(control: CpuControl, options: LimiterOptions): CpuLimiter {
  const { method, parent, occupied } = control;
  const { guardian, controller = 'cpu' } = options;
  const run = `${LAB_NAME}-${randomBytes(6).toString('hex')}`;
  const made: MadeGroup[] = [];
  const make = (group: MadeGroup) => {
    // Known to the guardian before it exists, so that no moment is uncovered.
    guardian.watchCpuGroup(group);
    made.push(group);
    makeGroup(group.folder);
  };
  const remove = (group: MadeGroup) => {
    removeGroup(group);
    guardian.forgetCpuGroup(group.folder);
    made.splice(made.indexOf(group), 1);
  };
  const close = () => {
    // The last first: the group that the lab itself moved into goes when nothing depends on it.
    for (const group of [...made].reverse()) {
      try {
        remove(group);
      } catch {
        // left to the guardian
      }
    }
  };

  if (method === 'cgroup-v2') {
    try {
      if (occupied) {
        const leaf = join(parent, `${run}-lab`);
        make({ folder: leaf, home: parent, controller });
        moveAll(parent, leaf);
      }
      writeFileSync(join(parent, 'cgroup.subtree_control'), `+${controller}`);
    } catch (error) {
      close();
      throw error;
    }
  }

  let holds = 0;
  return {
    method,
    description: describeControl(control),
    mostCores: leastCoresOf(method, parent),
    hold(name, pid) {
      const home = ownGroupOf(pid, method);
      if (home === null) throw notHeld(name, 'the process has ended, or its group cannot be seen');
      holds += 1;
      const safeName = name.replace(/[^\w-]/g, '-');
      const group: MadeGroup = { folder: join(parent, `${run}-${holds}-${safeName}`), home };
      try {
        make(group);
        moveFamily(pid, group.folder);
      } catch (cause) {
        if (made.includes(group)) remove(group);
        throw notHeld(name, (cause as Error).message, cause);
      }
      return createCpuGroup({
        name,
        machineCores: availableParallelism(),
        writeLimit(quota) {
          writeLimit[method](group.folder, quota);
          assertInForce(readLimit[method](group.folder), quota);
          if (quota !== null) assertInside(pid, group.folder);
        },
        readCounters: () => readThrottling(group.folder),
        remove: () => {
          if (made.includes(group)) remove(group);
        },
      });
    },
    close,
  };
}

/** Read back: a limit that was taken and is not there would make every figure one of something else. */
function assertInForce(found: CpuQuota | null, asked: CpuQuota | null): void {
  const same =
    found?.quotaMicroseconds === asked?.quotaMicroseconds &&
    (asked === null || found?.periodMicroseconds === asked.periodMicroseconds);
  if (!same) throw new Error('the kernel took it and holds to another');
}

/** Somebody else may move a process: systemd does, for one. */
function assertInside(pid: number, folder: string): void {
  if (readStat(pid) !== null && !processesOf(folder).includes(pid)) {
    throw new Error('the process is no longer in its control group');
  }
}

/** The folder of the group that a process is in. */
function ownGroupOf(pid: number, method: CgroupMethod): string | null {
  const read = (path: string) => readFileSync(path, 'latin1');
  try {
    const mountinfo = read('/proc/self/mountinfo');
    return locateGroup(method, mountinfo, read(`/proc/${pid}/cgroup`))?.folder ?? null;
  } catch {
    return null; // the process has ended
  }
}

function notHeld(name: string, reason: string, cause?: unknown): LabError {
  return new LabError(
    'CPU_LIMIT_FAILED',
    `${name} cannot be given a control group of its own: ${reason}.`,
    { cause },
  );
}
