import { readdirSync } from 'node:fs';
import { readStat } from '../process-identity.js';
import { moveProcess, processesOf } from './group-folder.js';

/**
 * Moves a process and its descendants into a group; what it starts after it was moved is in the group
 * from its first moment. Linux only.
 *
 * @throws Error when the process has ended, or the system's error when it may not be moved
 */
export function moveFamily(pid: number, folder: string): void {
  if (!moveProcess(pid, folder)) throw new Error('the process has ended');
  // A child may have started another before it was moved.
  for (let look = 0; look < 20; look += 1) {
    const inside = new Set(processesOf(folder));
    const outside = descendantsOf(pid).filter((child) => !inside.has(child));
    const moved = outside.filter((child) => moveProcess(child, folder));
    if (moved.length === 0) return;
  }
}

/** The running descendants of a process, parents before their children. */
function descendantsOf(ancestor: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? readStat(Number(name))?.parentPid : undefined;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(Number(name));
    else children.set(parent, [Number(name)]);
  }
  const found = [...(children.get(ancestor) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}
