import * as z from 'zod';
import { type Environment, parseOrThrow } from './environment.js';
import { databaseUrl } from './stores.js';
import { integer } from './variables.js';

export interface SeedSettings {
  readonly databaseUrl: string;
  readonly users: number;
  readonly posts: number;
  readonly production: boolean;
}

const seedSchema = z.object({
  DATABASE_URL: databaseUrl,
  SEED_USERS: integer(1, 1_000_000, 100),
  SEED_POSTS: integer(0, 1_000_000, 10_000),
  NODE_ENV: z.string().optional(),
});

export function parseSeedSettings(environment: Environment): SeedSettings {
  const values = parseOrThrow(seedSchema, environment);
  return {
    databaseUrl: values.DATABASE_URL,
    users: values.SEED_USERS,
    posts: values.SEED_POSTS,
    production: values.NODE_ENV === 'production',
  };
}
