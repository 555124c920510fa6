/** A full or failing disk, wherever it was met, as an error with a stable code and what to do. */
import { LabError } from '../../model/errors.js';

const CODES: Readonly<Record<string, { code: string; what: string; advice: string }>> = {
  ENOSPC: { code: 'DISK_FULL', what: 'no space is left', advice: 'Make room' },
  EDQUOT: { code: 'DISK_FULL', what: 'the quota is used up', advice: 'Make room' },
  EFBIG: { code: 'DISK_FULL', what: 'files may not be so large', advice: 'Raise the limit' },
  EROFS: {
    code: 'DISK_UNWRITABLE',
    what: 'the file system can only be read',
    advice: 'Choose a folder that can be written to',
  },
  EIO: {
    code: 'DISK_UNWRITABLE',
    what: 'the disk failed',
    advice: 'Choose a folder on another disk',
  },
  EACCES: {
    code: 'DISK_UNWRITABLE',
    what: 'this user may not write there',
    advice: 'Choose a folder that can be written to',
  },
  EPERM: {
    code: 'DISK_UNWRITABLE',
    what: 'this user may not write there',
    advice: 'Choose a folder that can be written to',
  },
};

/**
 * null where the error is none of storage.
 *
 * @param then what to do when there is room again, for instance "then run …"; it ends the sentence
 */
export function storageError(error: unknown, then = 'and run it again'): LabError | null {
  if (!(error instanceof Error)) return null;
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  // Without a system call it is no error of the file system.
  if (!known || (error as NodeJS.ErrnoException).syscall === undefined) return null;
  if (!known.code.startsWith('DISK_FULL') && path === undefined) return null;
  const where = path === undefined ? 'a file' : (dest ?? path);
  return new LabError(
    known.code,
    `Cannot write ${where}: ${known.what} (${code}). ${known.advice}, ${then}.`,
    { cause: error },
  );
}
