/** Reads the result of an earlier run, and says in words what is wrong with it. */
import { lstat, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { LabError } from './errors.js';
import { upgradeResult } from './older-results/upgrade-result.js';
import { type Result, resultSchema, SCHEMA_VERSION } from './result-schema.js';

/**
 * @param folder that holds a result.json
 * @returns in the shape of the current version, whatever version wrote it
 * @throws LabError RESULT_NOT_FOUND, RESULT_UNREADABLE, RESULT_TOO_NEW, RESULT_MALFORMED
 */
export async function readResult(folder: string): Promise<Result> {
  const path = join(await shownFolder(folder), 'result.json');
  const parsed = parse(await readText(folder), path);
  const version = versionOf(parsed);
  if (version > SCHEMA_VERSION) {
    throw new LabError(
      'RESULT_TOO_NEW',
      `${path} was written by a newer lab (schema version ${version}, this lab reads up to ${SCHEMA_VERSION}). Update the lab.`,
    );
  }
  try {
    return resultSchema.parse(version < SCHEMA_VERSION ? upgradeResult(parsed) : parsed);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new LabError(
      'RESULT_MALFORMED',
      `${path} is no result of lab compare or lab sustain, or was changed: ${z.prettifyError(error).split('\n').slice(0, 4).join(' ')}`,
    );
  }
}

/** What names no version is checked as the current one. */
function versionOf(parsed: unknown): number {
  const named = z.looseObject({ schemaVersion: z.int().positive() }).safeParse(parsed);
  return named.success ? named.data.schemaVersion : SCHEMA_VERSION;
}

/** Where it really lies: results/latest is a link, and a message must say to which run. */
export async function shownFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder));
}

async function readText(folder: string): Promise<string> {
  const where = await shownFolder(folder);
  try {
    return await readFile(join(where, 'result.json'), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = await stat(folder).catch(() => null);
    throw new LabError('RESULT_NOT_FOUND', await whyNotRead(folder, { where, code, isThere }), {
      cause: error,
    });
  }
}

const NAME_ONE = 'Name the folder of a run, for instance results/latest.';

async function whyNotRead(
  folder: string,
  found: {
    where: string;
    code: string | undefined;
    isThere: { isDirectory(): boolean } | null;
  },
): Promise<string> {
  const { where, code, isThere } = found;
  if (code === 'EACCES' || code === 'EPERM') {
    return `${where}/result.json may not be read by this user. Run as its owner, or change its mode.`;
  }
  if (!isThere) {
    const target = await lstat(folder)
      .then((link) => (link.isSymbolicLink() ? readlink(folder) : null))
      .catch(() => null);
    return target === null
      ? `There is no folder ${where}. ${NAME_ONE}`
      : `${resolve(folder)} leads to ${target}, which is not there any more. Name the folder of another run, or make one with npm run lab -- compare.`;
  }
  if (!isThere.isDirectory()) {
    return `${where} is a file. Name the folder that holds it, for instance results/latest.`;
  }
  if (code === 'EISDIR') return `${where}/result.json is a folder. ${NAME_ONE}`;
  return `${where} holds no result.json that can be read. ${NAME_ONE}`;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A file that does not end with its last brace was not written to the end.
    const why = text.trimEnd().endsWith('}')
      ? `is not JSON: ${(error as Error).message}`
      : `is ${text.trim() === '' ? 'empty' : 'cut off'}, as after a full disk or a copy that broke off`;
    throw new LabError(
      'RESULT_UNREADABLE',
      `${path} ${why}. Copy it again or measure again with npm run lab -- compare.`,
      { cause: error },
    );
  }
}
