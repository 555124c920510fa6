/** What is worth keeping between runs: programs that were unpacked or copied. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import type { Guardian } from '../guardian/guardian.js';
import { LAB_NAME } from '../lab-name.js';
import { canEnter, type OrdinaryUser } from '../ordinary-user.js';
import { makeFolder } from './make-folder.js';

export interface CacheEntry<T> {
  cache: string;
  key: string;
  guardian: Guardian;
  /** What a folder offers, or null when it is not there, not complete or does not work. */
  find: (folder: string) => Promise<T | null>;
  /** Puts it into an empty folder, and throws when it cannot. */
  fill: (folder: string) => Promise<void>;
}

/**
 * What `<cache>/<key>` offers, made first when it is missing or broken. It is made under another name
 * and renamed when it works, so an interrupted run leaves no half of it, and of two runs at once both
 * end up with a whole one. Null when it worked where it was made, but not under its final name.
 */
export async function useCache<T>(entry: CacheEntry<T>): Promise<T | null> {
  const { cache, key, guardian, find, fill } = entry;
  const target = join(cache, key);
  // Asked first: only what was broken from the start may go, not what another run makes meanwhile.
  const wasThere = existsSync(target);
  const kept = await find(target);
  if (kept !== null) return kept;
  if (wasThere) await discard(target);

  const draft = `${target}.${randomBytes(6).toString('hex')}.partial`;
  guardian.watchFolder(draft);
  try {
    await mkdir(draft, { mode: 0o755 });
    // mkdir obeys the umask, chmod does not.
    await chmod(draft, 0o755);
    await fill(draft);
    await rename(draft, target).catch((error: NodeJS.ErrnoException) => {
      // Windows says EPERM.
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code ?? '')) throw error;
      // Another run was faster: what it made is as good.
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
    guardian.forgetFolder(draft);
  }
  return find(target);
}

/** Out of the way first, so that no other run sees half of it. */
async function discard(folder: string): Promise<void> {
  const away = `${folder}.${randomBytes(6).toString('hex')}.old`;
  await rename(folder, away);
  await rm(away, { recursive: true, force: true });
}

/**
 * The folder for what is worth keeping between runs, made when missing: $XDG_CACHE_HOME or ~/.cache;
 * as root, one that the servers' user can enter, so /var/cache rather than root's home.
 * @throws LabError CACHE_NOT_WRITABLE
 */
export async function openCache(
  environment: NodeJS.ProcessEnv,
  user: OrdinaryUser | null,
): Promise<string> {
  const causes: unknown[] = [];
  for (const base of cacheBases(environment, user !== null)) {
    const folder = join(base, LAB_NAME);
    try {
      if (user !== null && !canEnter(user, base))
        throw new Error(`${user.name} cannot enter ${base}`);
      await makeFolder(folder, user === null ? 0o700 : 0o755);
      await assertOurs(folder);
      if (user !== null) await chmod(folder, 0o755);
      return folder;
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new LabError(
    'CACHE_NOT_WRITABLE',
    `No folder for the lab's cache: ${causes.map((cause) => (cause as Error).message).join('; ')}. Set XDG_CACHE_HOME to a folder you can write to.`,
    { cause: causes[0] },
  );
}

/** Where a cache may lie, best first. */
export function cacheBases(environment: NodeJS.ProcessEnv, asRoot: boolean): string[] {
  const named = environment.XDG_CACHE_HOME;
  // The XDG Base Directory Specification: a relative path is to be ignored.
  const given = named?.startsWith('/') ? [named] : [];
  if (asRoot) return [...given, '/var/cache'];
  return [...given, join(environment.HOME || homedir(), '.cache')];
}

/** Programs are run from the cache, so nobody else may have put them there. */
async function assertOurs(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const stat = await lstat(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
    throw new Error(`${folder} belongs to, or can be changed by, another user`);
  }
}
