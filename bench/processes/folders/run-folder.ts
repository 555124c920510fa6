/** Folders of one run, removed when it ends. */
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../../model/errors.js';
import type { Guardian } from '../guardian/guardian.js';
import { LAB_NAME } from '../lab-name.js';
import { canEnter, type OrdinaryUser } from '../ordinary-user.js';

/** A new folder for one run's data, watched by the guardian before it exists. */
export async function makeRunFolder(
  guardian: Guardian,
  user: OrdinaryUser | null,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const temporary = environment.TMPDIR || tmpdir();
  // A temporary folder that only root can enter is of no use to the servers' user.
  const parents = user === null ? [temporary] : [temporary, '/tmp', '/var/tmp'];
  const parent = parents.find((folder) => canEnter(user, folder));
  if (parent === undefined) {
    throw folderUnusable(`${user?.name ?? 'this user'} cannot enter ${parents.join(' or ')}`);
  }
  const folder = join(parent, `${LAB_NAME}-${randomBytes(8).toString('hex')}`);
  guardian.watchFolder(folder);
  try {
    await mkdir(folder, { mode: 0o700 });
    // The servers' user passes through, but cannot list what lies beside its own folder.
    if (user !== null) await chmod(folder, 0o711);
  } catch (cause) {
    guardian.forgetFolder(folder);
    throw folderUnusable((cause as Error).message, cause);
  }
  return folder;
}

/** Whatever stands in the way: what cannot be removed now is left to the guardian, which tries longer. */
export async function removeRunFolder(folder: string, guardian: Guardian): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).then(
    () => guardian.forgetFolder(folder),
    () => {},
  );
}

/** A folder in `parent` that only `user` can enter. */
export async function makePrivateFolder(
  parent: string,
  name: string,
  user: OrdinaryUser | null,
): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder, { mode: 0o700 });
  if (user !== null) await chown(folder, user.uid, user.gid);
  return folder;
}

function folderUnusable(reason: string, cause?: unknown): LabError {
  return new LabError(
    'TEMP_FOLDER_UNUSABLE',
    `There is no folder for this run's data: ${reason}. Set TMPDIR to a folder that can be written to.`,
    { cause },
  );
}
