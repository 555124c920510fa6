import type { AccessToken } from './access-token.js';

/**
 * What ends access tokens before they expire. Three ways to name them: one token, all tokens of a
 * login, all tokens of a user issued before a moment. Entries are kept for as long as a token they
 * speak of can live, and no longer.
 */
export interface Revocations {
  isRevoked(token: AccessToken): boolean | Promise<boolean>;
  /** Times are milliseconds since the epoch. */
  denyToken(userId: number, id: string, untilMs: number): Promise<void>;
  denyLogins(userId: number, loginIds: readonly string[], untilMs: number): Promise<void>;
  /** Denies what was issued to the user before that moment. */
  denyUser(userId: number, beforeMs: number, untilMs: number): Promise<void>;
  /** Resolves when it can be asked. */
  check(): Promise<void>;
  /** Throws at once when the store is known to be away. */
  assertUp(): void;
  close(): void;
}
