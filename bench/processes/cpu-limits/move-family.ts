import { descendantsOf } from '../process-family.js';
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
