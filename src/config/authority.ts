import * as z from 'zod';
import { type Environment, parseOrThrow } from './environment.js';
import { type LoginSettings, loginVariables, toLoginSettings } from './logins.js';
import {
  keepsCountersLocal,
  OPEN_COUNTERS,
  type ProcessSettings,
  processVariables,
  toProcessSettings,
} from './process.js';
import {
  hasBucketSecret,
  NO_BUCKET_SECRET,
  type RedisSettings,
  redisVariables,
  storeTimeoutMs,
  toRedisSettings,
} from './stores.js';
import { secret } from './variables.js';

/** Settings of the process that knows the reference tokens. */
export interface AuthoritySettings extends ProcessSettings, LoginSettings {
  readonly redis: RedisSettings;
  /** Shorter than an instance waits: an authority whose Redis is away must not look frozen itself. */
  readonly redisTimeoutMs: number;
  /** Decoded; instances and the authority know each other by it. */
  readonly secret: Uint8Array;
}

const authoritySchema = z
  .object({
    ...processVariables(3100),
    ...loginVariables,
    ...redisVariables,
    STORE_TIMEOUT_MS: storeTimeoutMs,
    AUTHORITY_SECRET: secret,
  })
  .refine(keepsCountersLocal, OPEN_COUNTERS)
  .refine(hasBucketSecret, NO_BUCKET_SECRET);

/** Names of all variables that the authority reads. */
export const AUTHORITY_VARIABLES: readonly string[] = Object.keys(authoritySchema.shape);

/** One STORE_TIMEOUT_MS serves both processes: of it the authority waits this part for Redis. */
const REDIS_SHARE = 0.75;

export function parseAuthoritySettings(environment: Environment): AuthoritySettings {
  const values = parseOrThrow(authoritySchema, environment);
  return {
    ...toProcessSettings(values),
    ...toLoginSettings(values),
    redis: toRedisSettings(values),
    redisTimeoutMs: Math.floor(values.STORE_TIMEOUT_MS * REDIS_SHARE),
    secret: values.AUTHORITY_SECRET,
  };
}
