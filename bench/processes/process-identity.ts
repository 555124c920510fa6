import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process started, as an opaque text: with the pid it names one process for ever, since the
 * system hands a pid out again but never with the same start time. `null` when there is no such
 * process, `''` where the system does not tell (then only the pid identifies it).
 */
export function readStartTime(pid: number): string | null {
  switch (process.platform) {
    case 'linux':
      return readStat(pid)?.startTime ?? null;
    case 'win32':
      return isSignalable(pid) ? '' : null;
    default: {
      const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
      if (ps.error) return isSignalable(pid) ? '' : null;
      return ps.stdout.trim() || null;
    }
  }
}

/** True while that very process runs; a zombie, which holds nothing but its pid, counts as gone. */
export function isRunning(pid: number, startTime: string | null): boolean {
  if (startTime === null) return false;
  if (process.platform === 'linux') {
    const stat = readStat(pid);
    return stat !== null && stat.startTime === startTime && !'ZX'.includes(stat.state);
  }
  return readStartTime(pid) === startTime;
}

/** Fields of /proc/<pid>/stat; null when there is no such process or no /proc. */
export function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null; // the process has ended, or this system has no /proc
  }
}

export interface ProcessStat {
  name: string;
  state: string;
  parentPid: number;
  /** Pid of the leader of its session. */
  session: number;
  /** Clock ticks since boot. */
  startTime: string;
}

/** The name may hold spaces and parentheses, so the fields are counted from its last parenthesis. */
export function parseStat(line: string): ProcessStat | null {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = line
    .slice(close + 2)
    .trim()
    .split(' ');
  // proc_pid_stat(5): field 3 is the state, field 22 the start time.
  const [state, parentPid, , session] = fields;
  const startTime = fields[19];
  if (state === undefined || parentPid === undefined || startTime === undefined) return null;
  return {
    name: line.slice(open + 1, close),
    state,
    parentPid: Number(parentPid),
    session: Number(session),
    startTime,
  };
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
