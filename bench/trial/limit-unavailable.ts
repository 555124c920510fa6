import { LabError } from '../model/errors.js';

/** A limit that was asked for and is not there ends a run: without it, something else would be measured. */
export function limitUnavailable(why: string): LabError {
  return new LabError(
    'CPU_LIMIT_UNAVAILABLE',
    `A limit of CPU time was asked for and cannot be had here: ${why} To measure without it all the same, add --allow-unlimited; the report then says so.`,
  );
}
