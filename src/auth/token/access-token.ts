import { randomBytes } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { TokenAlgorithm } from '../../config/settings.js';
import { endOfTurn } from '../../server/admit-requests.js';
import { AppError } from '../../server/errors.js';
import { isStorableText, readUserId } from '../credentials/storable-values.js';
import { type Delegation, type Principal, SCOPES, type Scope } from '../strategy.js';
import { invalidToken } from './bearer.js';
import type { KeySet, SigningKey } from './keys/key-set.js';
import { REFUSALS, type TokenLibrary } from './token-codec.js';
import { delegatedAudience, FIRST_PARTY } from './token-exchange.js';

/** An access token that was verified, or is about to be signed. */
export interface AccessToken {
  readonly principal: Principal;
  readonly id: string;
  /** Of the key that signed it. */
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch, a whole second. */
  readonly expiresAt: number;
}

export interface AccessTokens {
  /** @throws AppError `not_supported` where this process has no key to sign with */
  sign(principal: Principal, expiresAt: number): Promise<string>;
  /** @throws AppError `credential_invalid`; 503 when the keys could not be asked for */
  verify(token: string): Promise<AccessToken>;
  /** @throws AppError `not_supported` */
  assertCanSign(): SigningKey;
}

export interface AccessTokenOptions {
  readonly algorithm: TokenAlgorithm;
  /** Which signs and checks. */
  readonly library: TokenLibrary;
  /** With bytes that can be read where the library wants them. */
  readonly keys: KeySet;
  readonly issuer: string;
  readonly audience: string;
  readonly now: () => number;
}

/** `exp` is a whole second, so a token ends up to one before it might. */
export function endOfToken(expiresAt: number): number {
  return Math.floor(expiresAt / 1000) * 1000;
}

const ID_BYTES = 16;

/** JWT access tokens in the shape of RFC 9068. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { algorithm, library, keys, issuer, audience, now } = options;
  const audienceOfDelegates = delegatedAudience(audience);
  const rules = {
    algorithm,
    type: 'at+jwt',
    issuer,
    audiences: [audience, audienceOfDelegates],
    required: ['exp', 'iat', 'sub', 'jti'],
  };
  const codec = library.open(rules, keys);

  function assertCanSign(): SigningKey {
    const key = keys.signingKey();
    if (key === undefined) {
      throw new AppError('not_supported', {
        detail: 'This instance verifies tokens and makes none; log in where they are made.',
      });
    }
    return key;
  }

  return {
    assertCanSign,
    sign: async ({ userId, email, name, loginId, delegation }, expiresAt) => {
      const key = assertCanSign();
      const claims: JWTPayload = {
        iss: issuer,
        aud: delegation === undefined ? audience : audienceOfDelegates,
        sub: String(userId),
        jti: randomBytes(ID_BYTES).toString('base64url'),
        // With the milliseconds (RFC 7519, section 2, NumericDate): "log out everywhere" and the
        // login right after it may share a second.
        iat: now() / 1000,
        exp: endOfToken(expiresAt) / 1000,
        client_id: delegation?.actor ?? FIRST_PARTY,
        ...(delegation === undefined && { email, name }),
        sid: loginId,
        ...(delegation && { scope: delegation.scope.join(' '), act: { sub: delegation.actor } }),
      };
      return codec.sign(claims, key);
    },
    verify: async (token) => {
      if (!isCanonical(token)) {
        throw invalidToken(REFUSALS.invalid);
      }
      try {
        const { payload, protectedHeader } = await codec.verify(token);
        if (codec.inThreads) {
          // Threads answer one by one.
          await endOfTurn();
        }
        return read(payload, protectedHeader.kid as string, audience);
      } catch (error) {
        const refusal = codec.refusalOf(error);
        throw refusal === undefined ? error : invalidToken(REFUSALS[refusal], error);
      }
    },
  };
}

/** What a delegated token says of the person: nothing, whoever signed it. */
const NOBODY = { email: '', name: '' };

function read(payload: JWTPayload, keyId: string, audience: string): AccessToken {
  const { sub, email, name, sid, jti, iat, exp, aud } = payload;
  const userId = readUserId(sub);
  if (
    userId === undefined ||
    !isStorableText(jti) ||
    typeof aud !== 'string' ||
    (sid !== undefined && !isStorableText(sid))
  ) {
    throw invalidToken('It lacks fields this API needs.');
  }
  const delegation = readDelegation(payload);
  // The wide audience is for the user alone, the narrow one for those who act for somebody.
  if ((aud === audience) !== (delegation === undefined)) {
    throw invalidToken('Its audience does not fit what it allows.');
  }
  const person = delegation === undefined ? { email, name } : NOBODY;
  if (!isStorableText(person.email) || !isStorableText(person.name)) {
    throw invalidToken('It lacks fields this API needs.');
  }
  return {
    principal: {
      userId,
      email: person.email,
      name: person.name,
      loginId: sid,
      delegation,
    },
    id: jti,
    keyId,
    issuedAt: Math.round((iat as number) * 1000),
    expiresAt: (exp as number) * 1000,
  };
}

function readDelegation({ act, scope }: JWTPayload): Delegation | undefined {
  if (act === undefined && scope === undefined) {
    return undefined;
  }
  const actor = (act as { sub?: unknown } | null | undefined)?.sub;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  if (typeof actor !== 'string' || scopes.length === 0 || !scopes.every(isScope)) {
    throw invalidToken('It says who acts in a way this API does not know.');
  }
  return { actor, scope: scopes };
}

function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}

const SHAPE = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Last characters of a group of 2 and of 3 whose unused bits are zero (RFC 4648, section 3.5). */
const LAST_OF_2 = 'AQgw';
const LAST_OF_3 = 'AEIMQUYcgkosw048';

/**
 * Whether a compact JWS is spelled the one canonical way. Decoders of base64url forgive stray
 * characters and bits, so one token has many spellings; a denylist or a cache that sees a token must
 * not be fooled by another spelling of it, so the others are refused.
 */
export function isCanonical(token: string): boolean {
  if (!SHAPE.test(token)) {
    return false;
  }
  let start = 0;
  for (;;) {
    const dot = token.indexOf('.', start);
    const end = dot === -1 ? token.length : dot;
    const rest = (end - start) % 4;
    const last = token[end - 1] as string;
    if (
      rest === 1 ||
      (rest === 2 && !LAST_OF_2.includes(last)) ||
      (rest === 3 && !LAST_OF_3.includes(last))
    ) {
      return false;
    }
    if (dot === -1) {
      return true;
    }
    start = dot + 1;
  }
}
