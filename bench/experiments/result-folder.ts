/**
 * The folder of one run: results/<UTC time>/. Files appear whole or not at all.
 */
import { lstat, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { LabError } from '../model/errors.js';
import type { Result } from '../model/result-schema.js';
import { makeFolder } from '../processes/folders/make-folder.js';
import { storageError } from '../processes/folders/storage-error.js';
import { writeWhole } from '../processes/folders/write-whole.js';

export interface NamedText {
  /** Of its file: "report.html". */
  name: string;
  text: string;
}

export interface ResultFolder {
  /** Name of the folder, from the time of the start. */
  id: string;
  path: string;
  /**
   * Writes result.json; the previous one stays until the new one is whole.
   *
   * @throws LabError DISK_FULL, DISK_UNWRITABLE that names what is kept
   */
  save(result: Result): Promise<void>;
  /**
   * Writes the reports. Returns their paths.
   *
   * @throws LabError DISK_FULL, DISK_UNWRITABLE
   */
  finish(reports: readonly NamedText[]): Promise<string[]>;
  /** Lets results/latest point here. Returns why it does not, or null. */
  becomeLatest(): Promise<string | null>;
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
    save: (result) =>
      keepingTold(path, () =>
        writeWhole(join(path, 'result.json'), `${JSON.stringify(result, null, 1)}\n`),
      ),
    finish: (reports) => keepingTold(path, () => writeReports(path, reports)),
    becomeLatest: () => pointLatestTo(path),
  };
}

/**
 * @returns the paths written
 * @throws the error of the file system
 */
export async function writeReports(
  folder: string,
  reports: readonly NamedText[],
): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  for (const { name, text } of reports) {
    const path = join(folder, name);
    await writeWhole(path, text);
    paths.push(path);
  }
  return paths;
}

async function makeUniqueFolder(parent: string, now: Date): Promise<string> {
  // 2026-11-21T08-38-56Z: sorts by time, and no system forbids a character of it.
  const name = now.toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  try {
    await makeFolder(parent);
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

/** What to do when there is room again: nothing that result.json holds has to be measured again. */
async function keepingTold<Outcome>(path: string, write: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await write();
  } catch (error) {
    const folder = relative('.', path) || '.';
    throw (
      storageError(
        error,
        `then run: npm run lab -- report ${folder}. What was measured up to the last save is in ${folder}/result.json`,
      ) ?? error
    );
  }
}

/** A relative link, so that the results can be moved as a whole. Where links are refused, none. */
async function pointLatestTo(path: string): Promise<string | null> {
  const latest = join(path, '..', 'latest');
  const draft = `${path}.latest`;
  try {
    await symlink(basename(path), draft, 'junction');
    await rename(draft, latest);
    return null;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    const stands = await lstat(latest).then(
      (found) => !found.isSymbolicLink(),
      () => false,
    );
    const shown = relative('.', latest);
    return stands
      ? `${shown} is no link, so it was left as it is and does not lead to this run. Move it away to have it back.`
      : `${shown} does not lead to this run: ${(error as Error).message}.`;
  }
}
