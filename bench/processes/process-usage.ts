/**
 * CPU time and memory of processes. On Linux read from /proc, in nanoseconds where the kernel has
 * them; elsewhere from pidusage, which asks the system's own tools.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  cpuSeconds: number;
  rssBytes: number;
}

export interface ReadUsage extends ProcessUsage {
  /** When that was true, where the process says so by a clock of its own. */
  atSeconds?: number;
}

/** One process. null when it is gone or hidden from us. */
export async function usageOf(pid: number): Promise<ProcessUsage | null> {
  if (process.platform === 'linux') return readLinux(pid);
  try {
    const { default: pidusage } = await import('pidusage');
    const { ctime, memory } = await pidusage(pid);
    return { cpuSeconds: ctime / 1000, rssBytes: memory };
  } catch {
    return null;
  }
}

/** null when one of them is. */
export function sumOfUsage(parts: readonly (ProcessUsage | null)[]): ProcessUsage | null {
  const total = { cpuSeconds: 0, rssBytes: 0 };
  for (const part of parts) {
    if (part === null) return null;
    total.cpuSeconds += part.cpuSeconds;
    total.rssBytes += part.rssBytes;
  }
  return total;
}

/**
 * A server that works in children of its first process: PostgreSQL, nginx. Children that ended in
 * between stay counted, because the first process has waited for them (cutime and cstime in proc(5)).
 *
 * Memory: private pages of each process, and once the largest share of common pages: a plain sum
 * would count PostgreSQL's shared buffers in every process again.
 */
export function usageOfFamily(first: number): ProcessUsage | null {
  if (process.platform !== 'linux') return null;
  const pids = [first, ...childrenOf(first)];
  const parts = pids.map(readLinuxParts).filter((part) => part !== null);
  const ended = cpuSecondsOfEndedChildren(first);
  if (parts.length === 0 || ended === null) return null;
  return {
    cpuSeconds: ended + parts.reduce((total, part) => total + part.cpuSeconds, 0),
    rssBytes:
      parts.reduce((total, part) => total + part.privateBytes, 0) +
      Math.max(...parts.map((part) => part.commonBytes)),
  };
}

function readLinux(pid: number): ProcessUsage | null {
  const parts = readLinuxParts(pid);
  return (
    parts && { cpuSeconds: parts.cpuSeconds, rssBytes: parts.privateBytes + parts.commonBytes }
  );
}

interface LinuxParts {
  cpuSeconds: number;
  privateBytes: number;
  commonBytes: number;
}

function readLinuxParts(pid: number): LinuxParts | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const bytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return {
      cpuSeconds: cpuSecondsOfThreads(pid),
      privateBytes: bytes('RssAnon'),
      commonBytes: bytes('RssFile') + bytes('RssShmem'),
    };
  } catch {
    return null;
  }
}

/**
 * The first figure of schedstat is the time on a CPU in nanoseconds (Linux,
 * Documentation/scheduler/sched-stats.rst). /proc/PID/stat counts in ticks of 10 ms, which is one
 * per cent of a window of one second; it serves where schedstat is missing.
 */
function cpuSecondsOfThreads(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const text = tryRead(`/proc/${pid}/task/${thread}/schedstat`);
    if (text === null) return ticksToSeconds(statFields(pid), 0, 1);
    nanoseconds += Number(text.split(' ', 1)[0]);
  }
  return nanoseconds / 1e9;
}

/** Fields of /proc/PID/stat from utime (field 14 in proc(5)) on: utime, stime, cutime, cstime. */
function statFields(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The command may hold spaces and brackets: count from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map(Number);
}

/** USER_HZ is 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

function ticksToSeconds(fields: number[], ...which: number[]): number {
  return which.reduce((total, index) => total + (fields[index] ?? 0), 0) / TICKS_PER_SECOND;
}

function cpuSecondsOfEndedChildren(pid: number): number | null {
  try {
    return ticksToSeconds(statFields(pid), 2, 3);
  } catch {
    return null;
  }
}

function childrenOf(pid: number): number[] {
  const direct = (tryRead(`/proc/${pid}/task/${pid}/children`) ?? '').trim();
  return direct === '' ? [] : direct.split(/\s+/).map(Number);
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
