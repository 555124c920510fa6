import { randomBytes } from 'node:crypto';

/** For a server of the lab's own, which is on loopback and for one run. */
export function newPassword(): string {
  return randomBytes(18).toString('base64url');
}
