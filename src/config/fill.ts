import * as z from 'zod';
import { type Environment, parseOrThrow } from './environment.js';
import {
  hasBucketSecret,
  NO_BUCKET_SECRET,
  type RedisSettings,
  redisVariables,
  toRedisSettings,
} from './stores.js';
import { integer } from './variables.js';

export interface FillSettings {
  readonly redis: RedisSettings;
  readonly what: 'logins' | 'denied-tokens';
  readonly count: number;
  readonly production: boolean;
}

const fillSchema = z
  .object({
    ...redisVariables,
    FILL_WITH: z.enum(['logins', 'denied-tokens']),
    FILL_COUNT: integer(1, 1_000_000, 100_000),
    NODE_ENV: z.string().optional(),
  })
  .refine(hasBucketSecret, NO_BUCKET_SECRET);

export function parseFillSettings(environment: Environment): FillSettings {
  const values = parseOrThrow(fillSchema, environment);
  return {
    redis: toRedisSettings(values),
    what: values.FILL_WITH,
    count: values.FILL_COUNT,
    production: values.NODE_ENV === 'production',
  };
}
