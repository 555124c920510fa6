import type { Login } from '../strategy.js';
import type { LoginRecord } from './login-record.js';

/** Logins on the server, found by their public ID and by their user. */
export interface LoginStore {
  /** A value that opens a login of this user: where the store has to find it from nothing else, it tells where. */
  newSecret(userId: number): string;
  read(id: string): Promise<LoginRecord | undefined>;
  /**
   * Adds a login; beyond `perUserMax` of one user the oldest end. Logins that were handed on count for
   * themselves, by client: neither the owner nor another client loses a login to them, nor they to those.
   */
  create(id: string, record: LoginRecord, ttlMs: number): Promise<void>;
  /**
   * Writes a login that is there and sets its time to live anew. False when it has ended: a renewal
   * that was on its way while its owner logged out must not bring it back to life.
   */
  renew(id: string, record: LoginRecord, ttlMs: number): Promise<boolean>;
  /** Oldest first. */
  list(userId: number): Promise<{ id: string; record: LoginRecord }[]>;
  /** False when this user has no such login. */
  end(userId: number, id: string): Promise<boolean>;
  /** Ends all logins of a user but the one to keep. */
  endAll(userId: number, keepId?: string): Promise<void>;
  /** Resolves when the store answers. */
  check(): Promise<void>;
  /** Throws at once when the store is known to be away. */
  assertUp(): void;
  close(): void;
}

export interface LoginStoreOptions {
  /** The index of a user's logins lives so long after the last login, or as long as any of them. */
  readonly absoluteMs: number;
  readonly perUserMax: number;
}

/** Logins that push each other out: the owner's own, or those of one client. */
export function capGroupOf({ delegation }: LoginRecord): string | undefined {
  return delegation?.actor;
}

export function loginOf({ id, record }: { id: string; record: LoginRecord }): Login {
  const { createdAt, seenAt, client, delegation } = record;
  return { id, createdAt, lastSeenAt: seenAt, client, delegation };
}
