/** Who descends from a process, and who of them is still there. Linux only, like the tests that use it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFound {
  pid: number;
  /** Ticks since boot: tells a process from a later one with the same pid. */
  startTime: string;
  command: string;
}

export function descendantsOf(ancestor: number): ProcessFound[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statFields(Number(name))?.[1] : undefined;
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || descends(parent));
  };
  return [...parents.keys()].filter(descends).flatMap((pid) => processFound(pid) ?? []);
}

export function processFound(pid: number): ProcessFound | null {
  const startTime = statFields(pid)?.[19];
  return startTime === undefined ? null : { pid, startTime, command: commandOf(pid) };
}

/** A process that has ended but was not yet waited for does nothing any more: it counts as gone. */
export function isAlive({ pid, startTime }: ProcessFound): boolean {
  const fields = statFields(pid);
  return fields?.[19] === startTime && fields[0] !== 'Z';
}

/** From the state on (field 3 in proc(5)): [0] state, [1] parent, [19] start time. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
