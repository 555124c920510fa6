/**
 * The folder of one run: results/<UTC time>/. Files appear whole or not at all.
 */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { LabError } from '../errors.js';
import { writeReports } from '../report/write.js';
import type { Result } from './schema.js';

export interface ResultFolder {
  /** Name of the folder, from the time of the start. */
  id: string;
  path: string;
  /** Writes result.json; the previous one stays until the new one is whole. */
  save(result: Result): Promise<void>;
  /** Writes the reports and lets results/latest point here. Returns the paths of the reports. */
  finish(result: Result): Promise<string[]>;
}

/**
 * @param parent made when missing
 * @throws LabError RESULT_FOLDER_UNWRITABLE
 */
export async function createResultFolder(
  parent: string,
  now: Date = new Date(),
): Promise<ResultFolder> {
  const path = await makeUniqueFolder(resolve(parent), now);
  return {
    id: basename(path),
    path,
    save: (result) => writeWhole(join(path, 'result.json'), `${JSON.stringify(result, null, 1)}\n`),
    async finish(result) {
      const files = await writeReports(path, result);
      await pointLatestTo(path);
      return files;
    },
  };
}

async function makeUniqueFolder(parent: string, now: Date): Promise<string> {
  // 2026-11-21T08-38-56Z: sorts by time, and no system forbids a character of it.
  const name = now.toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  try {
    await mkdir(parent, { recursive: true });
    for (let attempt = 1; ; attempt++) {
      const path = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        // Two runs in the same second.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    throw new LabError(
      'RESULT_FOLDER_UNWRITABLE',
      `Cannot write results into ${parent}: ${(error as Error).message}. Choose another folder with --out.`,
      { cause: error },
    );
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, text);
  await rename(draft, path);
}

/** A relative link, so that the results can be moved as a whole. Where links are refused, none. */
async function pointLatestTo(path: string): Promise<void> {
  const latest = join(path, '..', 'latest');
  const draft = `${path}.latest`;
  try {
    await symlink(basename(path), draft, 'junction');
    await rename(draft, latest);
  } catch {
    await rm(draft, { force: true });
  }
}
