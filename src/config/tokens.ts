import * as z from 'zod';
import type { ValuesOf } from './environment.js';
import { httpUrl, integer, names, secret } from './variables.js';

/** The signature algorithms of tokens (RFC 7518, section 3.1; EdDSA: RFC 8037, section 3.1). */
export const TOKEN_ALGORITHMS = ['HS256', 'ES256', 'EdDSA', 'RS256'] as const;

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** What whoever verifies a token must know. */
export interface VerificationSettings {
  /** Decoded; at least 32 bytes. Present when the strategy needs it. */
  readonly tokenSecret: Uint8Array | undefined;
  /** A JWK Set as text; its keys are checked where they are read. */
  readonly tokenKeys: string | undefined;
  /** Where a process that only verifies finds the public keys. */
  readonly jwksUrl: string | undefined;
  readonly keyRefreshSeconds: number;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
}

export interface TokenSettings extends VerificationSettings {
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  readonly refreshReplaySeconds: number;
  readonly delegatedTtlSeconds: number;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
  readonly tokenCacheEntries: number;
}

/** Instances and rotate-keys.js must read these alike. */
export const keyLifeVariables = {
  KEY_REFRESH_SECONDS: integer(1, 3600, 5),
  ACCESS_TOKEN_TTL_SECONDS: integer(1, 86_400, 300),
  DELEGATED_TTL_SECONDS: integer(1, 86_400, 120),
};

export const verificationVariables = {
  KEY_REFRESH_SECONDS: keyLifeVariables.KEY_REFRESH_SECONDS,
  TOKEN_SECRET: secret.optional(),
  TOKEN_KEYS: z.string().optional(),
  JWKS_URL: httpUrl('https://host/.well-known/jwks.json').optional(),
  TOKEN_ISSUER: z.string().default('session-token-lab'),
  TOKEN_AUDIENCE: z.string().default('session-token-lab-api'),
};

export const tokenVariables = {
  ...keyLifeVariables,
  ...verificationVariables,
  REFRESH_TOKEN_TTL_SECONDS: integer(1, 31_536_000, 1_209_600),
  REFRESH_REPLAY_SECONDS: integer(0, 60, 10),
  DELEGATE_CLIENTS: names.default(['post-scheduler']),
  TOKEN_CACHE_ENTRIES: integer(1, 1_000_000, 10_000),
};

export function toTokenSettings(values: ValuesOf<typeof tokenVariables>): TokenSettings {
  return {
    ...toVerificationSettings(values),
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    refreshTokenTtlSeconds: values.REFRESH_TOKEN_TTL_SECONDS,
    refreshReplaySeconds: values.REFRESH_REPLAY_SECONDS,
    delegatedTtlSeconds: values.DELEGATED_TTL_SECONDS,
    delegateClients: values.DELEGATE_CLIENTS,
    tokenCacheEntries: values.TOKEN_CACHE_ENTRIES,
  };
}

export function toVerificationSettings(
  values: ValuesOf<typeof verificationVariables>,
): VerificationSettings {
  return {
    tokenSecret: values.TOKEN_SECRET,
    tokenKeys: values.TOKEN_KEYS,
    jwksUrl: values.JWKS_URL,
    keyRefreshSeconds: values.KEY_REFRESH_SECONDS,
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
  };
}
