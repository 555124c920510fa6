/** Reads the result of an earlier run, and says in words what is wrong with it. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../errors.js';
import { type Result, resultSchema, SCHEMA_VERSION } from './schema.js';

/**
 * @param folder that holds a result.json
 * @throws LabError RESULT_NOT_FOUND, RESULT_UNREADABLE, RESULT_TOO_NEW, RESULT_MALFORMED
 */
export async function readResult(folder: string): Promise<Result> {
  const path = join(folder, 'result.json');
  const parsed = parse(await readText(folder, path), path);
  const version = z.looseObject({ schemaVersion: z.int() }).safeParse(parsed);
  if (version.success && version.data.schemaVersion > SCHEMA_VERSION) {
    throw new LabError(
      'RESULT_TOO_NEW',
      `${path} was written by a newer lab (schema version ${version.data.schemaVersion}, this lab reads up to ${SCHEMA_VERSION}). Update the lab.`,
    );
  }
  const result = resultSchema.safeParse(parsed);
  if (result.success) return result.data;
  throw new LabError(
    'RESULT_MALFORMED',
    `${path} is no result of this lab: ${z.prettifyError(result.error).split('\n').slice(0, 4).join(' ')}`,
  );
}

async function readText(folder: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    throw new LabError(
      'RESULT_NOT_FOUND',
      isFolder
        ? `${folder} holds no result.json that can be read. Name the folder of a run, for instance results/latest.`
        : `There is no folder ${folder}. Name the folder of a run, for instance results/latest.`,
      { cause: error },
    );
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LabError('RESULT_UNREADABLE', `${path} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
