import { ID_MAX } from '../auth/credentials/storable-values.js';
import { AppError } from '../server/errors.js';

/** @throws AppError `invalid_parameter`, or `not_found` for a number no row can have */
export function readId(value: string | undefined): number {
  if (value === undefined || !/^[1-9]\d{0,18}$/.test(value)) {
    throw new AppError('invalid_parameter', { detail: 'An id is a positive whole number.' });
  }
  const id = Number(value);
  if (id > ID_MAX) {
    throw new AppError('not_found');
  }
  return id;
}

/** The public name of a login. @throws AppError `not_found` for what no login is called */
export function readLoginId(value: string | undefined): string {
  if (value === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    throw new AppError('not_found', { detail: 'You have no login of this ID.' });
  }
  return value;
}
