import * as z from 'zod';
import { type Environment, parseOrThrow, type ValuesOf } from './environment.js';
import { storeUrlProblem } from './store-urls.js';
import { integer } from './variables.js';

export interface StoreSettings {
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly redisUrl: string | undefined;
  readonly storeTimeoutMs: number;
}

export const databaseUrl = storeUrl('database');

export const redisUrl = storeUrl('redis');

export const storeTimeoutMs = integer(10, 60_000, 400);

function storeUrl(kind: 'database' | 'redis') {
  return z.string().superRefine((value, ctx) => {
    const message = storeUrlProblem(kind, value);
    if (message !== undefined) {
      ctx.addIssue({ code: 'custom', message });
    }
  });
}

export const storeVariables = {
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: integer(1, 1000, 10),
  REDIS_URL: redisUrl.optional(),
  STORE_TIMEOUT_MS: storeTimeoutMs,
};

export function toStoreSettings(values: ValuesOf<typeof storeVariables>): StoreSettings {
  return {
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrl: values.REDIS_URL,
    storeTimeoutMs: values.STORE_TIMEOUT_MS,
  };
}

export function parseDatabaseUrl(environment: Environment): string {
  return parseOrThrow(z.object({ DATABASE_URL: databaseUrl }), environment).DATABASE_URL;
}
