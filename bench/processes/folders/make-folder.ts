import { lstat, mkdir, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing, one at a time: mkdir of Node, told to do so
 * (`recursive`), tries for ever where a system says ENOENT of a folder that it does not want, as /proc does.
 *
 * @returns whether it was made; false: it was there
 * @throws the error of the file system, or one that says what stands in the way
 */
export async function makeFolder(path: string, mode?: number): Promise<boolean> {
  const missing: string[] = [];
  for (let folder = resolve(path); !(await isFolder(folder)); folder = dirname(folder)) {
    missing.unshift(folder);
  }
  for (const folder of missing) {
    await mkdir(folder, mode).catch(async (error: unknown) => {
      // Another process may have made it meanwhile.
      if (!(await isFolder(folder))) throw error;
    });
  }
  return missing.length > 0;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const link = await lstat(path).catch(() => null);
    if (link === null) return false;
    // Another process has made it between the two questions.
    if (!link.isSymbolicLink()) return isFolder(path);
    throw new Error(`${path} leads to ${await readlink(path)}, which is not there`);
  }
  throw new Error(`${path} is there and is no folder`);
}
