/** Settings of the service that whoever started the lab has in the environment. */

/** Mean the same to an instance that the lab starts as to any other. */
const HONOURED = [
  'TOKEN_SECRET',
  'TOKEN_KEYS',
  'AUTHORITY_SECRET',
  'OPERATOR_TOKEN',
  'TOKEN_ISSUER',
  'TOKEN_AUDIENCE',
  'ACCESS_TOKEN_TTL_SECONDS',
  'REFRESH_TOKEN_TTL_SECONDS',
  'REFRESH_REPLAY_SECONDS',
  'DELEGATED_TTL_SECONDS',
  'DELEGATE_CLIENTS',
  'KEY_REFRESH_SECONDS',
  'TOKEN_CACHE_ENTRIES',
  'SESSION_IDLE_SECONDS',
  'SESSION_ABSOLUTE_SECONDS',
  'LOGINS_PER_USER_MAX',
  'PASSWORD_HASH_CONCURRENCY',
  'PASSWORD_HASH_QUEUE',
  'DATABASE_POOL_SIZE',
  'REDIS_BUCKET_SECRET',
  'STORE_TIMEOUT_MS',
  'LISTEN_BACKLOG',
  'LOG_LEVEL',
  'DOCS',
  'PREDICTION',
  'PREDICTION_TIMEOUT_MS',
  'INJECT_BUSY_MICROSECONDS',
] as const;

/** The lab decides these itself; for some it has an option. */
const DECIDED: Readonly<Record<string, string>> = {
  AUTH_STRATEGY: 'take --strategies',
  HOST: 'always 127.0.0.1',
  PORT: 'take --port',
  COUNTERS: 'always on',
  COOKIE_SECURE: 'off, without TLS',
  SESSION_COOKIE_NAME: 'each has its own',
  TRUST_PROXY: 'take --web',
  // Of another database, lists would come from there.
  DATABASE_REPLICA_URL: 'lists come from where posts are written',
  AUTHORITY_URL: 'the lab starts it',
  PREDICTION_URL: 'the lab starts it',
  JWKS_URL: 'instances make their tokens',
  SEED_USERS: 'always 100',
  SEED_POSTS: 'always 1000',
};

export interface ExportedSettings {
  /** For the instances. */
  readonly settings: Record<string, string>;
  /** Names that do nothing here, each with why. */
  readonly ignored: readonly string[];
}

/** An empty value is none, as for the service. */
export function exportedSettings(environment: NodeJS.ProcessEnv): ExportedSettings {
  return {
    settings: Object.fromEntries(
      HONOURED.flatMap((name) => {
        const value = environment[name];
        return value ? [[name, value] as const] : [];
      }),
    ),
    ignored: Object.entries(DECIDED).flatMap(([name, why]) =>
      environment[name] ? [`${name} (${why})`] : [],
    ),
  };
}
