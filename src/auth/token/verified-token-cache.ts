import type { AccessToken } from './access-token.js';
import type { KeySet } from './keys/key-set.js';

/**
 * Remembers tokens whose signature and claims were checked, so that the next request with the same
 * one costs a look into a table. What can change after the check is asked again on each hit: expiry,
 * and whether the key is still good, here; whether the token was revoked, by the caller.
 *
 * The key is the token as spelled. That is safe because only canonical spellings are verified, and
 * because revocations are by ID: no spelling escapes them. Bounded: beyond `entriesMax` the one that
 * came first goes, so a flood of good tokens costs their owners a verification and nothing more.
 */
export interface VerifiedTokenCache {
  get(token: string): AccessToken | undefined;
  set(token: string, verified: AccessToken): void;
  readonly size: number;
}

export function createVerifiedTokenCache(
  entriesMax: number,
  keys: Pick<KeySet, 'verificationKey'>,
  now: () => number,
): VerifiedTokenCache {
  const entries = new Map<string, AccessToken>();
  return {
    get: (token) => {
      const verified = entries.get(token);
      if (verified === undefined) {
        return undefined;
      }
      const key = keys.verificationKey(verified.keyId);
      if (verified.expiresAt <= now() || key === undefined || key instanceof Promise) {
        entries.delete(token);
        return undefined;
      }
      return verified;
    },
    set: (token, verified) => {
      if (entries.size >= entriesMax && !entries.has(token)) {
        // A Map keeps the order of insertion.
        entries.delete(entries.keys().next().value as string);
      }
      entries.set(token, verified);
    },
    get size() {
      return entries.size;
    },
  };
}
