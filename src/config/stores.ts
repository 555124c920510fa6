import * as z from 'zod';
import { type Environment, parseOrThrow, type ValuesOf } from './environment.js';
import { integer, urlWithScheme } from './variables.js';

export interface StoreSettings {
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly redisUrl: string | undefined;
  readonly storeTimeoutMs: number;
}

export const databaseUrl = urlWithScheme(
  ['postgres:', 'postgresql:', 'mysql:', 'mariadb:'],
  'postgres://user@host:5432/name or mysql://user@host:3306/name',
);

export const redisUrl = urlWithScheme(['redis:', 'rediss:'], 'redis://host:6379');

export const storeTimeoutMs = integer(10, 60_000, 400);

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
