import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The variable that holds the mark of a guardian. */
export const MARK_VARIABLE = 'LAB_GUARDIAN';

/**
 * Processes that bear a mark, or work in one of the folders: PostgreSQL overwrites the memory its
 * environment stood in. Linux only; empty elsewhere.
 */
export function findMarked(mark: string, folders: readonly string[]): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => bears(pid, mark) || worksIn(pid, folders))
    .map(Number);
}

function bears(pid: string, mark: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return environment.includes(`${MARK_VARIABLE}=${mark}`);
  } catch {
    return false; // it has ended, or belongs to somebody else
  }
}

function worksIn(pid: string, folders: readonly string[]): boolean {
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return folders.some((each) => folder === each || folder.startsWith(`${each}/`));
  } catch {
    return false;
  }
}
