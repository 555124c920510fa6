import { KeyObject, type webcrypto } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { invalidToken } from './bearer.js';
import {
  HEADERS_KEPT,
  keyNamed,
  REFUSALS,
  type Refusal,
  type TokenLibrary,
  type TokenRules,
  type VerifiedToken,
} from './token-codec.js';

/** What a variant says of its library. */
export interface HmacLibrary {
  /** Prepares what the library needs for one key; done once for each. */
  prepare(secret: KeyObject, kid: string, rules: HmacRules): PreparedKey;
  /** What an error of the library says of a token. Undefined: it is a mistake of ours. */
  refusalOf(error: unknown): Refusal | undefined;
}

interface HmacRules extends TokenRules {
  readonly algorithm: typeof HMAC;
}

const HMAC = 'HS256';

interface PreparedKey {
  sign(claims: JWTPayload): string;
  /** Checks algorithm, signature and claims by the rules. @returns the claims, unjudged otherwise */
  verify(token: string): unknown;
}

/**
 * Libraries that make and check HMACs in the thread of the event loop, with node:crypto. How strict
 * they are differs, so what a token must be is checked here as well, in two places where it costs
 * little: the header before the library is asked, once for each text of a header, and the claims
 * afterwards (docs/decisions/119-jwt-libraries.md).
 */
export function withHmacLibrary(library: HmacLibrary): TokenLibrary {
  return {
    readsKeys: true,
    open: ({ algorithm, ...others }, keys) => {
      if (algorithm !== HMAC) {
        throw new TypeError(`keys of ${algorithm} have no bytes that a library could be given`);
      }
      const rules: HmacRules = { algorithm, ...others };
      // Keys that ended are not kept: the map holds nothing that the key set has let go.
      const prepared = new WeakMap<webcrypto.CryptoKey, PreparedKey>();
      const headersByText = new Map<string, { readonly kid: string }>();

      function preparedFor(key: webcrypto.CryptoKey, kid: string): PreparedKey {
        let known = prepared.get(key);
        if (known === undefined) {
          known = library.prepare(KeyObject.from(key), kid, rules);
          prepared.set(key, known);
        }
        return known;
      }

      function check(
        token: string,
        key: webcrypto.CryptoKey,
        protectedHeader: { readonly kid: string },
      ): VerifiedToken {
        const payload: unknown = preparedFor(key, protectedHeader.kid).verify(token);
        assertClaims(payload, rules.required);
        return { payload, protectedHeader };
      }

      async function checkWithNewHeader(token: string, text: string): Promise<VerifiedToken> {
        const header = readHeader(text, rules);
        const verified = check(token, await keyNamed(header.kid, keys), header);
        // Only now: what is kept was written by a holder of a key, not by whoever sends something.
        if (headersByText.size === HEADERS_KEPT) {
          headersByText.clear();
        }
        headersByText.set(text, header);
        return verified;
      }

      return {
        inThreads: false,
        sign: (claims, { key, kid }) => preparedFor(key, kid).sign(claims),
        verify: (token) => {
          const text = token.slice(0, token.indexOf('.'));
          const header = headersByText.get(text);
          const key = header && keys.verificationKey(header.kid);
          return header === undefined || key === undefined || key instanceof Promise
            ? checkWithNewHeader(token, text)
            : check(token, key, header);
        },
        refusalOf: library.refusalOf,
      };
    },
  };
}

/**
 * The header as the service writes it. `crit` is refused whatever it lists: none of its extensions is
 * understood here (RFC 7515, section 4.1.11). Libraries ignore it altogether, or where it is empty.
 */
function readHeader(text: string, { algorithm, type }: TokenRules): { readonly kid: string } {
  const header = parseObject(Buffer.from(text, 'base64url').toString());
  if (
    header === undefined ||
    header.alg !== algorithm ||
    !isType(header.typ, type) ||
    Object.hasOwn(header, 'crit')
  ) {
    throw invalidToken(REFUSALS.invalid);
  }
  // What is no text names no key, and the look for it says so.
  return { kid: header.kid as string };
}

/** RFC 9068, section 4: with the prefix of media types or without. */
function isType(typ: unknown, type: string): boolean {
  return typeof typ === 'string' && typ.toLowerCase().replace(/^application\//, '') === type;
}

/**
 * What jose checks and others leave out or decide otherwise: that the claims are an object at all, that
 * all are there, that times are numbers, and that a token has ended at the moment of its `exp` (RFC
 * 7519, section 4.1.4).
 */
function assertClaims(
  payload: unknown,
  required: readonly string[],
): asserts payload is JWTPayload {
  if (!isObject(payload) || !required.every((name) => Object.hasOwn(payload, name))) {
    throw invalidToken(REFUSALS.invalid);
  }
  const { iat, exp } = payload;
  if (typeof iat !== 'number' || typeof exp !== 'number') {
    throw invalidToken(REFUSALS.invalid);
  }
  if (exp * 1000 <= Date.now()) {
    throw invalidToken(REFUSALS.expired);
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
