import { hash, randomBytes } from 'node:crypto';
import { type Delegation, type Principal, type Scope, withoutPerson } from '../strategy.js';
import { isStorableText, isUserId } from './storable-values.js';

/** What the server knows of one login. The same for a session and for a reference token. */
export interface LoginRecord {
  readonly userId: number;
  readonly email: string;
  readonly name: string;
  /** Milliseconds since the epoch; the absolute timeout counts from it. */
  readonly createdAt: number;
  /** Milliseconds since the epoch, of the last write; the idle timeout counts from it. */
  readonly seenAt: number;
  readonly client: string;
  readonly delegation?: Delegation | undefined;
  /** Milliseconds since the epoch. Set with a delegation, which ends then however much it is used. */
  readonly endsAt?: number | undefined;
}

/** 256 bits: koa-session's own randomUUID has 122 (OWASP ASVS 5.0, 7.2.3 asks for 128 or more). */
const SECRET_BYTES = 32;

/** A value that opens a login: 43 characters of base64url. */
export function newLoginSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** 22 characters of base64url: 132 bits. */
export const LOGIN_ID_LENGTH = 22;

/**
 * The public name of the login that a secret opens: the first 132 bits of its SHA-256 (truncation as
 * in NIST SP 800-107, section 5.1). Stores hold this and never the secret, so that a copy of the data
 * set (a backup, a replica, a MONITOR session) opens no account. 132 bits instead of 256 save 32 bytes
 * a login in Redis; finding a secret for one of a million names still takes 2^112 tries.
 */
export function loginIdOf(secret: string): string {
  return hash('sha256', secret, 'base64url').slice(0, LOGIN_ID_LENGTH);
}

export function recordOf(
  principal: Principal,
  client: string,
  now: number,
  handedOn?: { readonly delegation: Delegation; readonly endsAt: number },
): LoginRecord {
  const { userId, email, name } = handedOn === undefined ? principal : withoutPerson(principal);
  return { userId, email, name, createdAt: now, seenAt: now, client, ...handedOn };
}

export function principalOfRecord(record: LoginRecord, loginId: string | undefined): Principal {
  const { userId, email, name, delegation } = record;
  const principal = { userId, email, name, loginId, delegation };
  return delegation === undefined ? principal : withoutPerson(principal);
}

/** An array, not an object: the names of the fields would be half of what Redis holds. */
export function encodeRecord(record: LoginRecord): string {
  const { userId, email, name, createdAt, seenAt, client, delegation, endsAt } = record;
  const fields = [userId, email, name, createdAt, seenAt, client];
  return JSON.stringify(
    delegation === undefined
      ? fields
      : [...fields, delegation.actor, delegation.scope.join(' '), endsAt],
  );
}

/** Undefined for a text that is no record: then there is no login, and no value of it reaches a statement. */
export function decodeRecord(text: string): LoginRecord | undefined {
  const fields = parseArray(text);
  const [userId, email, name, createdAt, seenAt, client, actor, scope, endsAt] = fields;
  if (
    !isUserId(userId) ||
    ![email, name, client].every(isStorableText) ||
    ![createdAt, seenAt].every(Number.isFinite)
  ) {
    return undefined;
  }
  const record = { userId, email, name, createdAt, seenAt, client } as LoginRecord;
  if (fields.length === PLAIN_FIELDS) {
    return record;
  }
  // Less than all of it would make a login that may do more than was handed on.
  return isStorableText(actor) && typeof scope === 'string' && Number.isFinite(endsAt)
    ? {
        ...record,
        delegation: { actor, scope: scope.split(' ') as Scope[] },
        endsAt: endsAt as number,
      }
    : undefined;
}

const PLAIN_FIELDS = 6;

function parseArray(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

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
