import type { LoginRecord } from '../credentials/login-record.js';
import { isStorableText, readUserId } from '../credentials/storable-values.js';
import { type Principal, SCOPES } from '../strategy.js';
import { type ExchangeSubject, FIRST_PARTY } from '../token/token-exchange.js';

/** What the authority tells of a token (RFC 7662, section 2.2). */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true;
      readonly token_type: 'Bearer';
      readonly sub: string;
      /** Absent, as the name is, where somebody acts for the user. */
      readonly email?: string;
      readonly name?: string;
      /** Name of the login, for its owner's list. */
      readonly sid: string;
      /** Seconds since the epoch. */
      readonly iat: number;
      /** Seconds since the epoch; moves on while the token is used. */
      readonly exp: number;
      readonly client_id: string;
      /** Absent where the token may do everything. */
      readonly scope?: string;
      /** RFC 8693, section 4.1. */
      readonly act?: { readonly sub: string };
    };

/** All that may be said of a token that is not good: not whether it was once (RFC 7662, section 4). */
export const INACTIVE: Introspection = { active: false };

/** @param endsAt milliseconds since the epoch */
export function describeActive(id: string, record: LoginRecord, endsAt: number): Introspection {
  const { userId, email, name, createdAt, delegation } = record;
  return {
    active: true,
    token_type: 'Bearer',
    sub: String(userId),
    ...(delegation === undefined && { email, name }),
    sid: id,
    iat: Math.floor(createdAt / 1000),
    exp: Math.floor(endsAt / 1000),
    client_id: delegation?.actor ?? FIRST_PARTY,
    ...(delegation && { scope: delegation.scope.join(' '), act: { sub: delegation.actor } }),
  };
}

/**
 * Reads the answer of the authority; undefined for a token that is not good.
 * @throws TypeError for an answer of another shape: it must not be taken for "not good"
 */
export function readIntrospection(text: string): ExchangeSubject | undefined {
  const answer: Record<string, unknown> = JSON.parse(text);
  if (answer.active === false) {
    return undefined;
  }
  const { active, sub, sid, exp, scope, act } = answer;
  const userId = readUserId(sub);
  const delegation = readDelegation(scope, act);
  const { email, name } = delegation === undefined ? answer : { email: '', name: '' };
  if (
    active !== true ||
    userId === undefined ||
    !isStorableText(email) ||
    !isStorableText(name) ||
    !isStorableText(sid) ||
    typeof exp !== 'number'
  ) {
    throw new TypeError('the authority describes a token in a way this instance does not know');
  }
  return {
    principal: { userId, email, name, loginId: sid, delegation },
    expiresAt: exp * 1000,
  };
}

/** One of the two without the other would make a token that is for less good for everything. */
function readDelegation(scope: unknown, act: unknown): Principal['delegation'] {
  if (scope === undefined && act === undefined) {
    return undefined;
  }
  const actor = (act as { sub?: unknown } | null | undefined)?.sub;
  if (typeof scope !== 'string' || typeof actor !== 'string') {
    throw new TypeError('the authority says who acts in a way this instance does not know');
  }
  const given = scope.split(' ');
  return { actor, scope: SCOPES.filter((known) => given.includes(known)) };
}

/**
 * 43 characters of base64url hold 258 bits, a secret 256: the unused two bits of the last character
 * are zero in the one canonical spelling (RFC 4648, section 3.5).
 */
const SHAPE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Whether this can be a reference token at all. What cannot is refused without asking anybody. */
export function isReferenceToken(text: string): boolean {
  return SHAPE.test(text);
}
