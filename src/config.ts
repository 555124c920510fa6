import * as z from 'zod';
import { strategies } from './auth/registry.js';
import { SECRET_BYTES_MIN, weaknessOf } from './auth/secret-policy.js';
import type { StrategyModule, StrategyNeed } from './auth/strategy.js';
import type { TokenAlgorithm } from './auth/token/keys/algorithms.js';
import { StartupError } from './errors.js';
import { isLoopback } from './loopback.js';
import { type PredictorName, predictors } from './prediction/registry.js';

/** Settings of one instance, checked. This file is the only reader of the environment. */
export interface InstanceSettings {
  readonly strategyName: string;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly redisUrl: string | undefined;
  /** Decoded; at least 32 bytes. Present when the strategy needs it. */
  readonly tokenSecret: Uint8Array | undefined;
  /** A JWK Set as text; its keys are checked where they are read. */
  readonly tokenKeys: string | undefined;
  /** Where an instance that only verifies finds the public keys. */
  readonly jwksUrl: string | undefined;
  readonly keyRefreshSeconds: number;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  readonly refreshReplaySeconds: number;
  readonly delegatedTtlSeconds: number;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
  readonly tokenCacheEntries: number;
  readonly authorityUrl: string | undefined;
  /** Decoded; instances and the authority know each other by it. */
  readonly authoritySecret: Uint8Array | undefined;
  /** Decoded; without it there are no operator routes. */
  readonly operatorToken: Uint8Array | undefined;
  readonly sessionIdleSeconds: number;
  readonly sessionAbsoluteSeconds: number;
  readonly loginsPerUserMax: number;
  /** Whether cookies carry Secure and the `__Host-` prefix. */
  readonly cookieSecure: boolean;
  readonly storeTimeoutMs: number;
  readonly passwordHashConcurrency: number;
  readonly passwordHashQueue: number;
  readonly logLevel: string;
  readonly counters: boolean;
  /** Whether GET /openapi.json and the page at /docs exist. */
  readonly docs: boolean;
  readonly trustProxy: boolean;
  /** CPU time that every GET costs more; 0 unless the lab checks itself. */
  readonly injectBusyMicroseconds: number;
  /** Where the model runs. */
  readonly prediction: PredictorName;
  /** Present where that is a server of its own. */
  readonly predictionUrl: string | undefined;
  readonly predictionTimeoutMs: number;
}

/** Settings of the server that predicts. */
export interface PredictionServerSettings {
  readonly strategyName: string;
  readonly host: string;
  readonly port: number;
  /** Undefined: it cannot tell who is asking by itself, and asks the service. */
  readonly tokenAlgorithm: TokenAlgorithm | undefined;
  /** Where public keys are; present for asymmetric algorithms, which get none of the next three. */
  readonly jwksUrl: string | undefined;
  readonly tokenKeys: string | undefined;
  readonly tokenSecret: Uint8Array | undefined;
  readonly databaseUrl: string | undefined;
  /** Instances to ask; at least one where there is no algorithm. */
  readonly serviceUrls: readonly string[];
  readonly keyRefreshSeconds: number;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  readonly storeTimeoutMs: number;
  readonly logLevel: string;
  readonly counters: boolean;
}

/** Settings of the process that knows the reference tokens. */
export interface AuthoritySettings {
  readonly host: string;
  readonly port: number;
  readonly redisUrl: string;
  /** Shorter than an instance waits: an authority whose Redis is away must not look frozen itself. */
  readonly redisTimeoutMs: number;
  /** Decoded; instances and the authority know each other by it. */
  readonly secret: Uint8Array;
  readonly sessionIdleSeconds: number;
  readonly sessionAbsoluteSeconds: number;
  readonly loginsPerUserMax: number;
  readonly logLevel: string;
  readonly counters: boolean;
}

export interface SeedSettings {
  readonly databaseUrl: string;
  readonly users: number;
  readonly posts: number;
  readonly production: boolean;
}

export interface FillSettings {
  readonly redisUrl: string;
  readonly what: 'logins' | 'denied-tokens';
  readonly count: number;
  readonly production: boolean;
}

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

export type Environment = Readonly<Record<string, string | undefined>>;

/** Written out: importing the table would load jose into instances that have no tokens. */
const TOKEN_ALGORITHMS = ['HS256', 'ES256', 'EdDSA', 'RS256'] as const satisfies TokenAlgorithm[];

const databaseUrl = urlWithScheme(
  ['postgres:', 'postgresql:', 'mysql:', 'mariadb:'],
  'postgres://user@host:5432/name or mysql://user@host:3306/name',
);
const toggle = z.enum(['on', 'off']);

const COUNTERS_RULE = 'may be on only when HOST is loopback';

const databaseSchema = z.object({ DATABASE_URL: databaseUrl });

const seedSchema = z.object({
  DATABASE_URL: databaseUrl,
  SEED_USERS: integer(1, 100_000, 100),
  SEED_POSTS: integer(0, 1_000_000, 10_000),
  NODE_ENV: z.string().optional(),
});

/** Settings that instances and rotate-keys.js must read alike. */
const keySettings = {
  KEY_REFRESH_SECONDS: integer(1, 3600, 5),
  ACCESS_TOKEN_TTL_SECONDS: integer(1, 86_400, 300),
  DELEGATED_TTL_SECONDS: integer(1, 86_400, 120),
};

const redisUrl = urlWithScheme(['redis:', 'rediss:'], 'redis://host:6379');

const fillSchema = z.object({
  REDIS_URL: redisUrl,
  FILL_WITH: z.enum(['logins', 'denied-tokens']),
  FILL_COUNT: integer(1, 1_000_000, 100_000),
  NODE_ENV: z.string().optional(),
});

const rotationSchema = z.object({
  ...keySettings,
  DATABASE_URL: databaseUrl,
  TOKEN_SECRET: z.string().transform(decodeSecret),
  KEY_ALG: z.enum(TOKEN_ALGORITHMS).optional(),
  KEY_PUBLISH_SECONDS: integer(0, 86_400, 30),
  KEY_COMPROMISED: toggle.default('off'),
});

const instanceSchema = z.object({
  ...keySettings,
  AUTH_STRATEGY: z.enum(Object.keys(strategies)),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535, 3000),
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: integer(1, 1000, 10),
  REDIS_URL: redisUrl.optional(),
  TOKEN_SECRET: z.string().transform(decodeSecret).optional(),
  TOKEN_KEYS: z.string().optional(),
  JWKS_URL: urlWithScheme(['http:', 'https:'], 'https://host/.well-known/jwks.json').optional(),
  TOKEN_ISSUER: z.string().default('session-token-lab'),
  TOKEN_AUDIENCE: z.string().default('session-token-lab-api'),
  REFRESH_TOKEN_TTL_SECONDS: integer(1, 31_536_000, 1_209_600),
  REFRESH_REPLAY_SECONDS: integer(0, 60, 10),
  DELEGATE_CLIENTS: z.string().transform(decodeNames).default(['post-scheduler']),
  TOKEN_CACHE_ENTRIES: integer(1, 1_000_000, 10_000),
  AUTHORITY_URL: urlWithScheme(['http:', 'https:'], 'http://127.0.0.1:3100').optional(),
  AUTHORITY_SECRET: z.string().transform(decodeSecret).optional(),
  OPERATOR_TOKEN: z.string().transform(decodeSecret).optional(),
  SESSION_IDLE_SECONDS: integer(1, 2_592_000, 1800),
  SESSION_ABSOLUTE_SECONDS: integer(1, 31_536_000, 43_200),
  LOGINS_PER_USER_MAX: integer(1, 1000, 100),
  COOKIE_SECURE: z.enum(['auto', 'on', 'off']).default('auto'),
  STORE_TIMEOUT_MS: integer(10, 60_000, 400),
  PASSWORD_HASH_CONCURRENCY: integer(1, 64, 2),
  PASSWORD_HASH_QUEUE: integer(0, 10_000, 32),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  COUNTERS: toggle.default('off'),
  DOCS: z.enum(['auto', 'on', 'off']).default('auto'),
  TRUST_PROXY: toggle.default('off'),
  INJECT_BUSY_MICROSECONDS: decimal(0, 100_000, 0),
  PREDICTION: z
    .enum(Object.keys(predictors) as [PredictorName, ...PredictorName[]])
    .default('in-process'),
  PREDICTION_URL: urlWithScheme(['http:', 'https:'], 'http://127.0.0.1:3200').optional(),
  PREDICTION_TIMEOUT_MS: integer(10, 60_000, 1000),
});

const authoritySchema = instanceSchema
  .pick({
    HOST: true,
    REDIS_URL: true,
    AUTHORITY_SECRET: true,
    SESSION_IDLE_SECONDS: true,
    SESSION_ABSOLUTE_SECONDS: true,
    LOGINS_PER_USER_MAX: true,
    STORE_TIMEOUT_MS: true,
    LOG_LEVEL: true,
    COUNTERS: true,
  })
  .required({ REDIS_URL: true, AUTHORITY_SECRET: true })
  .extend({ PORT: integer(0, 65_535, 3100) })
  .refine(({ COUNTERS, HOST }) => COUNTERS === 'off' || isLoopback(HOST), {
    path: ['COUNTERS'],
    message: COUNTERS_RULE,
  });

const predictionServerSchema = instanceSchema
  .pick({
    AUTH_STRATEGY: true,
    HOST: true,
    JWKS_URL: true,
    TOKEN_KEYS: true,
    TOKEN_SECRET: true,
    KEY_REFRESH_SECONDS: true,
    TOKEN_ISSUER: true,
    TOKEN_AUDIENCE: true,
    STORE_TIMEOUT_MS: true,
    LOG_LEVEL: true,
    COUNTERS: true,
  })
  .extend({
    PORT: integer(0, 65_535, 3200),
    DATABASE_URL: databaseUrl.optional(),
    SERVICE_URL: z.string().transform(decodeUrls).default([]),
  })
  .refine(({ COUNTERS, HOST }) => COUNTERS === 'off' || isLoopback(HOST), {
    path: ['COUNTERS'],
    message: COUNTERS_RULE,
  });

/** One STORE_TIMEOUT_MS serves both processes: of it the authority waits this part for Redis. */
const AUTHORITY_REDIS_SHARE = 0.75;

/**
 * Reads the settings of an instance and the module of its strategy.
 * @throws StartupError `config_invalid` that lists every problem, not only the first
 */
export async function readInstanceSettings(
  environment: Environment = process.env,
): Promise<{ settings: InstanceSettings; strategy: StrategyModule }> {
  const present = dropEmpty(environment);
  const name = present.AUTH_STRATEGY ?? '';
  const strategy = Object.hasOwn(strategies, name) ? await strategies[name]?.() : undefined;
  const parsed = instanceSchema.safeParse(present);
  const problems = parsed.success ? [] : describeIssues(parsed.error, present);

  const host = present.HOST ?? '127.0.0.1';
  for (const need of strategy?.needs ?? []) {
    const problem = missingNeed(need, present, host);
    if (problem !== undefined) {
      problems.push(problem);
    }
  }
  if (present.COUNTERS === 'on' && !isLoopback(host)) {
    problems.push(`COUNTERS ${COUNTERS_RULE}`);
  }
  // Never by mistake: COUNTERS is on under the lab only, and with it nobody else reaches the instance.
  if (parsed.data && parsed.data.INJECT_BUSY_MICROSECONDS > 0 && parsed.data.COUNTERS === 'off') {
    problems.push('INJECT_BUSY_MICROSECONDS may be above 0 only with COUNTERS=on');
  }
  if (parsed.data?.PREDICTION === 'server' && parsed.data.PREDICTION_URL === undefined) {
    problems.push('PREDICTION_URL is required with PREDICTION=server');
  }
  if (!parsed.success || strategy === undefined || problems.length > 0) {
    throw new StartupError('config_invalid', problems.join('; '));
  }

  const values = parsed.data;
  // Behind a proxy on the same machine, where TLS ends, it listens on loopback too.
  const isLocal = isLoopback(host) && values.TRUST_PROXY === 'off';
  const settings: InstanceSettings = {
    strategyName: values.AUTH_STRATEGY,
    host,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    redisUrl: values.REDIS_URL,
    tokenSecret: values.TOKEN_SECRET,
    tokenKeys: values.TOKEN_KEYS,
    jwksUrl: values.JWKS_URL,
    keyRefreshSeconds: values.KEY_REFRESH_SECONDS,
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL_SECONDS,
    refreshTokenTtlSeconds: values.REFRESH_TOKEN_TTL_SECONDS,
    refreshReplaySeconds: values.REFRESH_REPLAY_SECONDS,
    delegatedTtlSeconds: values.DELEGATED_TTL_SECONDS,
    delegateClients: values.DELEGATE_CLIENTS,
    tokenCacheEntries: values.TOKEN_CACHE_ENTRIES,
    authorityUrl: values.AUTHORITY_URL,
    authoritySecret: values.AUTHORITY_SECRET,
    operatorToken: values.OPERATOR_TOKEN,
    sessionIdleSeconds: values.SESSION_IDLE_SECONDS,
    sessionAbsoluteSeconds: values.SESSION_ABSOLUTE_SECONDS,
    loginsPerUserMax: values.LOGINS_PER_USER_MAX,
    cookieSecure: values.COOKIE_SECURE === 'auto' ? !isLocal : values.COOKIE_SECURE === 'on',
    storeTimeoutMs: values.STORE_TIMEOUT_MS,
    passwordHashConcurrency: values.PASSWORD_HASH_CONCURRENCY,
    passwordHashQueue: values.PASSWORD_HASH_QUEUE,
    logLevel: values.LOG_LEVEL,
    counters: values.COUNTERS === 'on',
    docs: values.DOCS === 'auto' ? isLocal : values.DOCS === 'on',
    trustProxy: values.TRUST_PROXY === 'on',
    injectBusyMicroseconds: values.INJECT_BUSY_MICROSECONDS,
    prediction: values.PREDICTION,
    predictionUrl: values.PREDICTION_URL,
    predictionTimeoutMs: values.PREDICTION_TIMEOUT_MS,
  };
  return { settings, strategy };
}

/**
 * For `prediction-server.js`. How it checks who is asking follows from the strategy: by itself where
 * keys alone can tell, else by asking.
 */
export async function readPredictionServerSettings(
  environment: Environment = process.env,
): Promise<PredictionServerSettings> {
  const values = parseOrThrow(predictionServerSchema, environment);
  const module = await strategies[values.AUTH_STRATEGY]?.();
  const byPublicKeys = module?.description.verifiableByThirdParty ?? false;
  // Whoever has a secret that verifies can sign with it too: it is used only where it is given, and
  // never where public keys do.
  const secrets = byPublicKeys
    ? {}
    : {
        tokenKeys: values.TOKEN_KEYS,
        ...(values.DATABASE_URL !== undefined && {
          tokenSecret: values.TOKEN_SECRET,
          databaseUrl: values.DATABASE_URL,
        }),
      };
  const { tokenKeys, tokenSecret, databaseUrl } = { ...NO_SECRETS, ...secrets };
  const canVerify = byPublicKeys || (tokenKeys ?? tokenSecret) !== undefined;
  const tokenAlgorithm = canVerify ? module?.tokenAlgorithm : undefined;
  if (byPublicKeys && values.JWKS_URL === undefined) {
    throw new StartupError('config_invalid', `JWKS_URL is required by ${values.AUTH_STRATEGY}`);
  }
  if (tokenAlgorithm === undefined && values.SERVICE_URL.length === 0) {
    throw new StartupError(
      'config_invalid',
      `SERVICE_URL is required by ${values.AUTH_STRATEGY}: an instance to ask who is asking`,
    );
  }
  return {
    strategyName: values.AUTH_STRATEGY,
    host: values.HOST,
    port: values.PORT,
    tokenAlgorithm,
    jwksUrl: byPublicKeys ? values.JWKS_URL : undefined,
    tokenKeys,
    tokenSecret,
    databaseUrl,
    serviceUrls: values.SERVICE_URL,
    keyRefreshSeconds: values.KEY_REFRESH_SECONDS,
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    storeTimeoutMs: values.STORE_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
    counters: values.COUNTERS === 'on',
  };
}

const NO_SECRETS = { tokenKeys: undefined, tokenSecret: undefined, databaseUrl: undefined };

/** For `authority.js`. */
export function readAuthoritySettings(environment: Environment = process.env): AuthoritySettings {
  const values = parseOrThrow(authoritySchema, environment);
  return {
    host: values.HOST,
    port: values.PORT,
    redisUrl: values.REDIS_URL,
    redisTimeoutMs: Math.floor(values.STORE_TIMEOUT_MS * AUTHORITY_REDIS_SHARE),
    secret: values.AUTHORITY_SECRET,
    sessionIdleSeconds: values.SESSION_IDLE_SECONDS,
    sessionAbsoluteSeconds: values.SESSION_ABSOLUTE_SECONDS,
    loginsPerUserMax: values.LOGINS_PER_USER_MAX,
    logLevel: values.LOG_LEVEL,
    counters: values.COUNTERS === 'on',
  };
}

/** For `migrate.js`, which needs the database alone. */
export function readDatabaseUrl(environment: Environment = process.env): string {
  return parseOrThrow(databaseSchema, environment).DATABASE_URL;
}

/** For `seed.js`. */
export function readSeedSettings(environment: Environment = process.env): SeedSettings {
  const values = parseOrThrow(seedSchema, environment);
  return {
    databaseUrl: values.DATABASE_URL,
    users: values.SEED_USERS,
    posts: values.SEED_POSTS,
    production: values.NODE_ENV === 'production',
  };
}

/** For `fill-redis.js`. */
export function readFillSettings(environment: Environment = process.env): FillSettings {
  const values = parseOrThrow(fillSchema, environment);
  return {
    redisUrl: values.REDIS_URL,
    what: values.FILL_WITH,
    count: values.FILL_COUNT,
    production: values.NODE_ENV === 'production',
  };
}

/** For `rotate-keys.js`. */
export function readRotationSettings(environment: Environment = process.env): RotationSettings {
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

function missingNeed(need: StrategyNeed, present: Environment, host: string): string | undefined {
  const name = present.AUTH_STRATEGY;
  switch (need) {
    case 'redis':
      return present.REDIS_URL === undefined ? `REDIS_URL is required by ${name}` : undefined;
    case 'tokenSecret':
      return present.TOKEN_SECRET === undefined
        ? `TOKEN_SECRET is required by ${name}: ${SECRET_BYTES_MIN} random bytes or more, base64url`
        : undefined;
    case 'tokenKeys':
      return (present.TOKEN_KEYS ?? present.TOKEN_SECRET ?? present.JWKS_URL)
        ? undefined
        : `TOKEN_SECRET, TOKEN_KEYS or JWKS_URL is required by ${name}`;
    case 'authority':
      return present.AUTHORITY_URL !== undefined && present.AUTHORITY_SECRET !== undefined
        ? undefined
        : `AUTHORITY_URL and AUTHORITY_SECRET are required by ${name}`;
    case 'loopback':
      return isLoopback(host)
        ? undefined
        : `HOST must be loopback for ${name}: it trusts every caller`;
  }
}

function parseOrThrow<T extends z.ZodType>(schema: T, environment: Environment): z.output<T> {
  const present = dropEmpty(environment);
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    throw new StartupError('config_invalid', describeIssues(parsed.error, present).join('; '));
  }
  return parsed.data;
}

/** `PORT= npm start` means the same as no PORT at all. */
function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

function describeIssues(error: z.ZodError, present: Environment): string[] {
  return error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return present[name] === undefined ? `${name} is required` : `${name}: ${issue.message}`;
  });
}

function integer(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(fallback);
}

function decimal(min: number, max: number, fallback: number) {
  const message = `must be a number from ${min} to ${max}, with three decimals at most`;
  return z
    .string()
    .regex(/^\d{1,10}(\.\d{1,3})?$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(fallback);
}

function urlWithScheme(schemes: readonly string[], example: string) {
  return z.string().refine(
    (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
    // The value itself may hold a password, so it is not repeated.
    `must be a URL such as ${example}`,
  );
}

function decodeSecret(text: string, ctx: z.RefinementCtx): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  const problem = /^[A-Za-z0-9_-]+$/.test(text)
    ? weaknessOf(bytes)
    : 'must be base64url without padding';
  if (problem !== undefined) {
    ctx.addIssue({ code: 'custom', message: problem });
  }
  return bytes;
}

/** URLs with commas between. */
function decodeUrls(text: string, ctx: z.RefinementCtx): readonly string[] {
  const urls = text.split(',').map((url) => url.trim());
  const isHttp = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!urls.every(isHttp)) {
    ctx.addIssue({
      code: 'custom',
      message: 'must be URLs such as http://127.0.0.1:3000, with commas between',
    });
  }
  return urls;
}

/** Names with commas between, as they stand in tokens and posts. */
function decodeNames(text: string, ctx: z.RefinementCtx): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))) {
    ctx.addIssue({
      code: 'custom',
      message: 'must be names of a-z, 0-9, dot, dash and underscore, with commas between',
    });
  }
  return names;
}
