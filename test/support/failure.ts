import type { LabError } from '../../bench/model/errors.js';

/** The error that a piece of work of the lab ends with; a test fails where it ends well. */
export async function failure(work: Promise<unknown>): Promise<LabError> {
  try {
    await work;
  } catch (error) {
    return error as LabError;
  }
  throw new Error('it did not fail');
}
