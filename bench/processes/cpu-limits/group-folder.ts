/** Control groups as folders: made, filled, emptied and removed. Used by the lab and its guardian. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What it takes to undo a group. */
export interface MadeGroup {
  folder: string;
  /** The folder of the group that what still runs in it goes back to. */
  home: string;
  /**
   * Version 2: a group can have no processes while its children have controllers, so this controller is
   * taken from the children of `home` before processes return there.
   */
  controller?: string;
}

/** Of an empty group; one in which processes are just ending is empty a moment later. */
const REMOVE_ATTEMPTS = 50;
const REMOVE_PAUSE_MS = 10;

export function makeGroup(folder: string): void {
  mkdirSync(folder);
}

export function processesOf(folder: string): number[] {
  return (
    readFileSync(join(folder, 'cgroup.procs'), 'latin1')
      .split('\n')
      .map(Number)
      // A process of another namespace shows as 0.
      .filter((pid) => pid > 0)
  );
}

/** With all its threads. False when it has ended. @throws the system's error when it is not allowed */
export function moveProcess(pid: number, folder: string): boolean {
  try {
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Until none is left: a process may start another while it is moved. */
export function moveAll(from: string, to: string): void {
  for (let pids = processesOf(from), look = 0; pids.length > 0 && look < 20; look += 1) {
    for (const pid of pids) moveProcess(pid, to);
    pids = processesOf(from);
  }
}

/**
 * Moves what is in the group home and removes it. Blocks for up to half a second while processes in
 * it are ending.
 *
 * @throws the system's error when the group stays
 */
export function removeGroup({ folder, home, controller }: MadeGroup): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (!existsSync(folder)) return;
      if (controller !== undefined) takeBack(controller, home);
      moveAll(folder, home);
      rmdirSync(folder);
      return;
    } catch (error) {
      if (attempt === REMOVE_ATTEMPTS) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVE_PAUSE_MS);
  }
}

/** From the children of a group; nothing where they do not have it. */
function takeBack(controller: string, folder: string): void {
  const file = join(folder, 'cgroup.subtree_control');
  const handedOn = readFileSync(file, 'latin1').trim().split(' ');
  if (handedOn.includes(controller)) writeFileSync(file, `-${controller}`);
}
