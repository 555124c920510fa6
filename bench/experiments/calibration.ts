/** What `lab calibrate` found out about a machine, as a file beside the results. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { machineOf } from '../analyse/noise-floor.js';
import { type Calibration, calibrationSchema } from '../model/calibration-schema.js';
import { LabError } from '../model/errors.js';
import type { Environment } from '../model/result-schema.js';
import { storageError } from '../processes/folders/storage-error.js';

const FILE = 'calibration.json';

/**
 * What is known of the machine that a run is made on; null where nothing was measured, or on another
 * machine.
 *
 * @param folder in which the folders of results lie
 * @throws LabError CALIBRATION_MALFORMED
 */
export async function readCalibration(
  folder: string,
  environment: Environment,
): Promise<Calibration | null> {
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw malformed(path, error.message);
  });
  if (text === null) return null;
  const calibration = parse(text, path);
  return isSameMachine(calibration, environment) ? calibration : null;
}

/** @returns the path written; the file appears whole or not at all */
export async function writeCalibration(folder: string, calibration: Calibration): Promise<string> {
  const path = join(folder, FILE);
  const draft = `${path}.draft`;
  try {
    await writeFile(draft, `${JSON.stringify(calibration, null, 1)}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw storageError(error, 'and calibrate again; the earlier calibration stays') ?? error;
  }
  return path;
}

function isSameMachine({ machine }: Calibration, environment: Environment): boolean {
  const here = machineOf(environment);
  return (
    machine.cpuModel === here.cpuModel && machine.cores === here.cores && machine.node === here.node
  );
}

function parse(text: string, path: string): Calibration {
  try {
    return calibrationSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).split('\n')[0] : error;
    throw malformed(path, String(why));
  }
}

function malformed(path: string, why: string): LabError {
  return new LabError(
    'CALIBRATION_MALFORMED',
    `${path} cannot be read (${why}). Make it again with npm run lab -- calibrate, or remove it.`,
  );
}
