/**
 * A sender that waits for what it loads has not sent its plan. Where the system allows it (for root, or with
 * CAP_SYS_NICE), the lab goes before the processes that it starts; elsewhere everything stays as it is.
 */
import { constants, getPriority, setPriority } from 'node:os';

/** @returns what puts the priority back */
export function goFirst(): () => void {
  const before = getPriority();
  try {
    setPriority(0, constants.priority.PRIORITY_HIGH);
  } catch {
    return () => {};
  }
  return () => setPriority(0, before);
}

/** A process that was just started takes after the lab; it is to be like any other. */
export function likeAnyOther(pid: number): void {
  if (getPriority() >= constants.priority.PRIORITY_NORMAL) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_NORMAL);
  } catch {
    // it has ended already
  }
}
