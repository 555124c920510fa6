import type { LoginRecord } from './login-record.js';

export interface LoginLimits {
  /** A login that is not used for so long ends. */
  readonly idleMs: number;
  /** So long after it began a login ends, used or not. */
  readonly absoluteMs: number;
}

/** Milliseconds since the epoch at which a login ends that is not used again. */
export function endOf(login: LoginRecord, { idleMs, absoluteMs }: LoginLimits): number {
  return login.endsAt ?? Math.min(login.seenAt + idleMs, login.createdAt + absoluteMs);
}

/**
 * Whether a use of it should be written down. In the second half of the idle time only: writing on
 * every request would double the load on the store.
 */
export function isDueForRenewal(login: LoginRecord, { idleMs }: LoginLimits, now: number): boolean {
  return login.endsAt === undefined && now - login.seenAt > idleMs / 2;
}
