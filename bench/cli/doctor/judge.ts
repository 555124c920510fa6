import type { Wall } from '../../load/crowd/plan-crowd.js';
import { databaseOf } from '../../model/databases.js';
import { tiersOfEveryRun } from '../../model/tiers-of-run.js';
import type { NoCpuControl } from '../../processes/cpu-limits/cpu-control.js';
import type { Finding } from './finding.js';

/** Pure: what was read of the machine -> what it means for a run. */

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || major >= 22;
  return supported
    ? { topic: 'node', status: 'ok', found: version }
    : {
        topic: 'node',
        status: 'missing',
        found: version,
        advice: 'Install Node.js 20.19 or later of line 20, or 22 or later (https://nodejs.org).',
      };
}

/** The smallest run has a process of each tier that every run has at work at once. */
export function judgeCores(cores: number): Finding {
  const finding: Finding = { topic: 'cores', status: 'ok', found: `${cores} usable` };
  if (cores >= tiersOfEveryRun(databaseOf({})).length) return finding;
  return {
    ...finding,
    status: 'warning',
    advice:
      'Load generator, instances and stores share these cores: compare CPU time per request rather than throughput, and expect none of the gain of more instances.',
  };
}

export function judgeMemory(availableBytes: number, totalBytes: number): Finding {
  const found = `${(availableBytes / gibibyte).toFixed(1)} GiB available of ${(totalBytes / gibibyte).toFixed(1)} GiB`;
  if (availableBytes >= gibibyte) return { topic: 'memory', status: 'ok', found };
  return {
    topic: 'memory',
    status: 'warning',
    found,
    advice:
      'A run with two instances needs about 1 GiB: close other programs, or swapping will show in every latency.',
  };
}

/** `null` means without limit. */
export function judgeOpenFiles(limit: number | null): Finding {
  const found = limit === null ? 'no limit' : `${limit} per process`;
  if (limit === null || limit >= 1_024) return { topic: 'open-files', status: 'ok', found };
  return {
    topic: 'open-files',
    status: 'warning',
    found,
    advice:
      'Each connection is a file: raise the limit with "ulimit -n 4096" before a run with many connections.',
  };
}

/** How many users lab crowd could hold, a connection each. @param walls the nearest first */
export function judgeCrowd(walls: readonly Wall[]): Finding {
  const [nearest, next] = walls as readonly [Wall, ...Wall[]];
  const found = `about ${nearest.users.toLocaleString('en')} users at once, a connection each: ${nearest.what}`;
  return {
    topic: 'crowd',
    status: nearest.users >= 1000 ? 'ok' : 'warning',
    found: next ? `${found}; then ${next.what} (${next.users.toLocaleString('en')})` : found,
    ...(nearest.users < 1000 && { advice: `For lab crowd: ${nearest.advice}.` }),
  };
}

/** `freeBytes` null: the folder cannot be used, and `problem` says why. */
export function judgeTempFolder(
  folder: string,
  freeBytes: number | null,
  problem?: string,
): Finding {
  if (freeBytes === null) {
    return {
      topic: 'temp-folder',
      status: 'missing',
      found: `${folder} cannot be used: ${problem}`,
      advice: 'Set TMPDIR to a folder you can write to.',
    };
  }
  const found = `${folder}, ${Math.floor(freeBytes / mebibyte)} MiB free`;
  if (freeBytes >= 500 * mebibyte) return { topic: 'temp-folder', status: 'ok', found };
  return {
    topic: 'temp-folder',
    status: 'warning',
    found,
    advice: 'A run keeps its databases there: free 500 MiB, or set TMPDIR to another folder.',
  };
}

/** Only instances of a fixed size need them: a lab without runs all the same. */
export function judgeCpuLimits(found: { description: string } | NoCpuControl): Finding {
  if ('description' in found) {
    return { topic: 'cpu-limits', status: 'ok', found: found.description };
  }
  return {
    topic: 'cpu-limits',
    status: 'warning',
    found: `none: ${found.why}`,
    advice: `Instances of a fixed size cannot be compared: a run with --instance-cpu, --redis-cpu or one of a database ends before it starts. ${found.advice}`,
  };
}
