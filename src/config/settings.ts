import {
  AUTHORITY_VARIABLES,
  type AuthoritySettings,
  parseAuthoritySettings,
} from './authority.js';
import type { Environment } from './environment.js';
import { type FillSettings, parseFillSettings } from './fill.js';
import { INSTANCE_VARIABLES, type InstanceSettings, parseInstanceSettings } from './instance.js';
import { parseRotationSettings, type RotationSettings } from './key-rotation.js';
import { type MintSettings, parseMintSettings } from './mint.js';
import {
  PREDICTION_SERVER_VARIABLES,
  type PredictionServerSettings,
  parsePredictionServerSettings,
  type VerifiableStrategy,
} from './prediction-server.js';
import type { ClusterServers, OneServer, RedisServers, SentinelServers } from './redis-servers.js';
import { parseSeedSettings, type SeedSettings } from './seed.js';
import { parseDatabaseUrl, type RedisSettings, withoutAmbient } from './stores.js';
import type { StrategyLoaders, StrategyNeed } from './strategy.js';
import { keyLifeVariables, type TokenAlgorithm } from './tokens.js';

/**
 * The only reader of the environment, and all of the settings that the rest imports. What each
 * process is told lies in config/, which is pure. Every reader throws StartupError `config_invalid`.
 */
export type {
  AuthoritySettings,
  ClusterServers,
  FillSettings,
  InstanceSettings,
  MintSettings,
  OneServer,
  PredictionServerSettings,
  RedisServers,
  RedisSettings,
  RotationSettings,
  SeedSettings,
  SentinelServers,
  StrategyNeed,
  TokenAlgorithm,
};

/** How long an access token lives where nobody says otherwise. */
export function defaultAccessTokenTtlSeconds(): number {
  return keyLifeVariables.ACCESS_TOKEN_TTL_SECONDS.parse(undefined);
}

/** For `describe.js`: names of the variables that an instance and what stands beside it read. */
export function knownVariables(): string[] {
  const names = new Set([
    ...INSTANCE_VARIABLES,
    ...AUTHORITY_VARIABLES,
    ...PREDICTION_SERVER_VARIABLES,
  ]);
  return [...names].sort();
}

/** For `main.js`: the settings, and the module of the strategy that they name. */
export async function readInstanceSettings<
  Module extends { readonly needs: readonly StrategyNeed[] },
>(
  strategies: StrategyLoaders<Module>,
  environment: Environment = process.env,
): Promise<{ settings: InstanceSettings; strategy: Module }> {
  return parseInstanceSettings(strategies, withoutAmbient(environment));
}

/** For `prediction-server.js`. */
export async function readPredictionServerSettings(
  strategies: StrategyLoaders<VerifiableStrategy>,
  environment: Environment = process.env,
): Promise<PredictionServerSettings> {
  return parsePredictionServerSettings(strategies, withoutAmbient(environment));
}

/** For `authority.js`. */
export function readAuthoritySettings(environment: Environment = process.env): AuthoritySettings {
  return parseAuthoritySettings(environment);
}

/** For `migrate.js`, which needs the database alone. */
export function readDatabaseUrl(environment: Environment = process.env): string {
  return parseDatabaseUrl(withoutAmbient(environment));
}

/** For `seed.js`. */
export function readSeedSettings(environment: Environment = process.env): SeedSettings {
  return parseSeedSettings(withoutAmbient(environment));
}

/** For `fill-redis.js`. */
export function readFillSettings(environment: Environment = process.env): FillSettings {
  return parseFillSettings(environment);
}

/** For `mint-logins.js`, beside the settings of an instance. */
export function readMintSettings(environment: Environment = process.env): MintSettings {
  return parseMintSettings(environment);
}

/** For `rotate-keys.js`. */
export function readRotationSettings(environment: Environment = process.env): RotationSettings {
  return parseRotationSettings(withoutAmbient(environment));
}
