import * as z from 'zod';
import { type Environment, invalidConfig, parseOrThrow, type ValuesOf } from './environment.js';
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

/**
 * Only DATABASE_URL says where the database is and how to speak to it. The driver takes variables such as
 * PGHOST and PGOPTIONS for defaults, so they are taken out of the environment of this process.
 * @throws StartupError `config_invalid` where PGSSLMODE asks for TLS: left out unseen, rows would go in the clear
 */
export function withoutAmbient(environment: Environment): Environment {
  const { PGSSLMODE = '', DATABASE_URL = '' } = environment;
  if (
    /^(require|verify-ca|verify-full)$/.test(PGSSLMODE) &&
    /^postgres(ql)?:/i.test(DATABASE_URL) &&
    !DATABASE_URL.includes('sslmode=')
  ) {
    throw invalidConfig([
      'PGSSLMODE is not read: write ?sslmode= at the end of DATABASE_URL, or unset PGSSLMODE',
    ]);
  }
  for (const name of Object.keys(environment)) {
    if (/^PG[A-Z]+$/.test(name)) {
      delete (environment as Record<string, string | undefined>)[name];
    }
  }
  return environment;
}
