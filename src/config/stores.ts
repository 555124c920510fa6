import * as z from 'zod';
import { databaseUrlProblem } from './database-url.js';
import { type Environment, invalidConfig, parseOrThrow, type ValuesOf } from './environment.js';
import { type RedisServers, readRedisServers } from './redis-servers.js';
import { integer, secret } from './variables.js';

export interface RedisSettings {
  readonly servers: RedisServers;
  /** Decoded; there where the servers are a cluster. Says in which slot the logins of a user are. */
  readonly bucketSecret: Uint8Array | undefined;
}

export interface StoreSettings {
  readonly databaseUrl: string;
  readonly databaseReplicaUrl: string | undefined;
  readonly databasePoolSize: number;
  readonly redis: RedisSettings | undefined;
  readonly storeTimeoutMs: number;
}

export const databaseUrl = z.string().superRefine((value, ctx) => {
  const message = databaseUrlProblem(value);
  if (message !== undefined) {
    ctx.addIssue({ code: 'custom', message });
  }
});

const redisServers = z.string().transform((text, ctx): RedisServers => {
  const servers = readRedisServers(text);
  if ('problem' in servers) {
    ctx.addIssue({ code: 'custom', message: servers.problem });
    return z.NEVER;
  }
  return servers;
});

export const storeTimeoutMs = integer(10, 60_000, 400);

export const redisVariables = {
  REDIS_URL: redisServers,
  REDIS_BUCKET_SECRET: secret.optional(),
};

export const storeVariables = {
  DATABASE_URL: databaseUrl,
  DATABASE_REPLICA_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: integer(1, 1000, 10),
  ...redisVariables,
  REDIS_URL: redisServers.optional(),
  STORE_TIMEOUT_MS: storeTimeoutMs,
};

interface RedisValues {
  readonly REDIS_URL?: RedisServers | undefined;
  readonly REDIS_BUCKET_SECRET?: Uint8Array | undefined;
}

/** Without it the slot of a user could be told from the number of the user, and the number from a cookie. */
export function hasBucketSecret({ REDIS_URL, REDIS_BUCKET_SECRET }: RedisValues): boolean {
  return REDIS_URL?.kind !== 'cluster' || REDIS_BUCKET_SECRET !== undefined;
}

/** The rule in words, after the name. */
export const BUCKET_RULE =
  'is required where REDIS_URL names a cluster: 32 random bytes or more, base64url, the same for every process';

/** For a schema that `hasBucketSecret` refines. */
export const NO_BUCKET_SECRET = { path: ['REDIS_BUCKET_SECRET'], message: BUCKET_RULE };

export function toRedisSettings(values: RedisValues & { REDIS_URL: RedisServers }): RedisSettings {
  return { servers: values.REDIS_URL, bucketSecret: values.REDIS_BUCKET_SECRET };
}

export function toStoreSettings(values: ValuesOf<typeof storeVariables>): StoreSettings {
  const { REDIS_URL } = values;
  return {
    databaseUrl: values.DATABASE_URL,
    databaseReplicaUrl: values.DATABASE_REPLICA_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redis: REDIS_URL && toRedisSettings({ ...values, REDIS_URL }),
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
  const { PGSSLMODE = '', DATABASE_URL = '', DATABASE_REPLICA_URL = '' } = environment;
  if (/^(require|verify-ca|verify-full)$/.test(PGSSLMODE)) {
    for (const [name, url] of Object.entries({ DATABASE_URL, DATABASE_REPLICA_URL })) {
      if (isPostgres(url) && !url.includes('sslmode=')) {
        throw invalidConfig([
          `PGSSLMODE is not read: write ?sslmode= at the end of ${name}, or unset PGSSLMODE`,
        ]);
      }
    }
  }
  for (const name of Object.keys(environment)) {
    if (/^PG[A-Z]+$/.test(name)) {
      delete (environment as Record<string, string | undefined>)[name];
    }
  }
  return environment;
}

/** What two URLs of one database must have in common, in words after the name of the second. */
export const REPLICA_RULE = 'must be of the same kind of database as DATABASE_URL';

export function isOfOneKind(url: string, another: string): boolean {
  return isPostgres(url) === isPostgres(another);
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}
