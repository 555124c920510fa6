import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { LabError } from '../model/errors.js';

/** Whom a server runs as; null means as whoever runs the lab. */
export interface OrdinaryUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * PostgreSQL refuses to run as root, so a lab run as root lends its servers an ordinary user that
 * exists already. Creating one would change the machine.
 * @throws LabError NO_ORDINARY_USER
 */
export async function chooseOrdinaryUser(): Promise<OrdinaryUser | null> {
  if (process.getuid?.() !== 0) return null;
  const users = parseUsers(await readFile('/etc/passwd', 'utf8').catch(() => ''));
  const user = ['postgres', 'nobody'].flatMap(
    (name) => users.find((u) => u.name === name) ?? [],
  )[0];
  if (user === undefined) {
    throw new LabError(
      'NO_ORDINARY_USER',
      'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody". Run the lab as an ordinary user, or set DATABASE_URL to a running server.',
    );
  }
  return user;
}

/** The users of a text in the form of passwd(5), root left out. */
export function parseUsers(passwd: string): OrdinaryUser[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uidText, gidText] = line.split(':');
    const uid = Number(uidText);
    const gid = Number(gidText);
    if (!name || !Number.isInteger(uid) || !Number.isInteger(gid) || uid === 0) return [];
    return [{ name, uid, gid }];
  });
}

/** Whether the user can enter a folder; asked of the system, since a mode says only half of it. */
export function canEnter(user: OrdinaryUser | null, folder: string): boolean {
  return canPass(user, 'cd -- "$1"', folder, constants.X_OK);
}

/** Whether the user can run a file. */
export function canRun(user: OrdinaryUser | null, file: string): boolean {
  return canPass(user, '[ -r "$1" ] && [ -x "$1" ]', file, constants.R_OK | constants.X_OK);
}

function canPass(user: OrdinaryUser | null, test: string, path: string, mode: number): boolean {
  if (user === null) {
    try {
      accessSync(path, mode);
      return true;
    } catch {
      return false;
    }
  }
  const shell = spawnSync('/bin/sh', ['-c', test, 'sh', path], {
    cwd: '/',
    uid: user.uid,
    gid: user.gid,
    stdio: 'ignore',
    env: {},
  });
  return shell.status === 0;
}
