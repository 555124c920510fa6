/**
 * A copy of the data of a server that runs, for a replica to begin with. The binaries that npm installs have no
 * pg_basebackup, so this does what it does, over SQL and on the disk that both share:
 * https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
import { chown, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrdinaryUser } from '../../processes/ordinary-user.js';
import { connect } from './connection.js';

/** Folders of which a copy has the folder and nothing in it: the replica fills them. */
const EMPTY = new Set([
  ...['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial', 'pg_snapshots'],
  ...['pg_stat_tmp', 'pg_subtrans'],
]);
/** Of the server that runs, or of another replica. */
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'backup_label']);
const CONNECT_WITHIN_MS = 5000;

export interface BaseCopy {
  /** Of a primary. */
  fromUrl: string;
  fromFolder: string;
  /** What is there is removed. */
  toFolder: string;
  user: OrdinaryUser | null;
  /** How the replica reaches its primary. */
  primaryConninfo: string;
}

/** @throws Error of the file system or of PostgreSQL */
export async function makeBaseCopy(copy: BaseCopy): Promise<void> {
  const { fromUrl, fromFolder, toFolder, user } = copy;
  const own = async (path: string) => {
    if (user) await chown(path, user.uid, user.gid);
  };
  const write = async (name: string, text: string) => {
    const path = join(toFolder, name);
    await writeFile(path, text, { mode: 0o600 });
    await own(path);
  };
  // Those that worked for a server that was killed may write for a moment still.
  await rm(toFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  const client = await connect(fromUrl, CONNECT_WITHIN_MS);
  try {
    // It ends with the connection. Fast: no waiting for a checkpoint that is spread over minutes. Until it ends, whole pages
    // are logged although full_page_writes is off, so a page that was half written when it was copied is mended.
    await client.query("SELECT pg_backup_start('replica', true)");
    await copyFolder(fromFolder, toFolder, own);
    const { rows } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(false)',
    );
    await write('backup_label', rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  await write('standby.signal', '');
  // In place of what ALTER SYSTEM had set at the server that was copied.
  await write('postgresql.auto.conf', `primary_conninfo = '${copy.primaryConninfo}'\n`);
}

async function copyFolder(
  from: string,
  to: string,
  own: (path: string) => Promise<void>,
): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  await own(to);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const path = join(to, entry.name);
    if (entry.isDirectory() && EMPTY.has(entry.name)) {
      await mkdir(path, { mode: 0o700 });
      await own(path);
    } else if (entry.isDirectory()) {
      await copyFolder(join(from, entry.name), path, own);
    } else if (entry.isFile() && !LEFT_OUT.has(entry.name)) {
      try {
        await copyFile(join(from, entry.name), path);
        await own(path);
      } catch (error) {
        // Removed meanwhile: what the copy lacks then is in the log of changes.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
}
