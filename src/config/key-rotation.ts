import * as z from 'zod';
import { type Environment, parseOrThrow } from './environment.js';
import { databaseUrl } from './stores.js';
import { keyLifeVariables, TOKEN_ALGORITHMS, type TokenAlgorithm } from './tokens.js';
import { integer, secret, toggle } from './variables.js';

export interface RotationSettings {
  readonly databaseUrl: string;
  readonly tokenSecret: Uint8Array;
  /** Undefined: the one algorithm that the table has keys of. */
  readonly algorithm: TokenAlgorithm | undefined;
  /** From the making of a key to its first signature. */
  readonly publishSeconds: number;
  /** Whether the keys there are known to somebody else: they end now, with all their tokens. */
  readonly compromised: boolean;
  readonly keyRefreshSeconds: number;
  /** Of the tokens signed with these keys, the longest. */
  readonly tokenTtlSeconds: number;
}

const rotationSchema = z.object({
  ...keyLifeVariables,
  DATABASE_URL: databaseUrl,
  TOKEN_SECRET: secret,
  KEY_ALG: z.enum(TOKEN_ALGORITHMS).optional(),
  KEY_PUBLISH_SECONDS: integer(0, 86_400, 30),
  KEY_COMPROMISED: toggle.default('off'),
});

export function parseRotationSettings(environment: Environment): RotationSettings {
  const values = parseOrThrow(rotationSchema, environment);
  return {
    databaseUrl: values.DATABASE_URL,
    tokenSecret: values.TOKEN_SECRET,
    algorithm: values.KEY_ALG,
    publishSeconds: values.KEY_PUBLISH_SECONDS,
    compromised: values.KEY_COMPROMISED === 'on',
    keyRefreshSeconds: values.KEY_REFRESH_SECONDS,
    tokenTtlSeconds: Math.max(values.ACCESS_TOKEN_TTL_SECONDS, values.DELEGATED_TTL_SECONDS),
  };
}
