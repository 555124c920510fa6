import * as z from 'zod';
import { type Environment, invalidConfig, parseOrThrow } from './environment.js';
import {
  keepsCountersLocal,
  OPEN_COUNTERS,
  type ProcessSettings,
  processVariables,
  toProcessSettings,
} from './process.js';
import { databaseUrl, storeTimeoutMs } from './stores.js';
import { loadStrategy, type StrategyLoaders, strategyName } from './strategy.js';
import {
  type TokenAlgorithm,
  toVerificationSettings,
  type VerificationSettings,
  verificationVariables,
} from './tokens.js';
import { httpUrls } from './variables.js';

/**
 * Settings of the server that predicts. Asymmetric algorithms have the JWKS alone: then there is no
 * token key, no secret and no database.
 */
export interface PredictionServerSettings extends ProcessSettings, VerificationSettings {
  readonly strategyName: string;
  /** Undefined: it cannot tell who is asking by itself, and asks the service. */
  readonly tokenAlgorithm: TokenAlgorithm | undefined;
  readonly databaseUrl: string | undefined;
  /** Instances to ask; at least one where there is no algorithm. */
  readonly serviceUrls: readonly string[];
  readonly storeTimeoutMs: number;
}

function predictionServerSchema(strategies: StrategyLoaders<unknown>) {
  return z
    .object({
      ...processVariables(3200),
      ...verificationVariables,
      AUTH_STRATEGY: strategyName(strategies),
      STORE_TIMEOUT_MS: storeTimeoutMs,
      DATABASE_URL: databaseUrl.optional(),
      SERVICE_URL: httpUrls.default([]),
    })
    .refine(keepsCountersLocal, OPEN_COUNTERS);
}

/** Names of all variables that the prediction server reads. */
export const PREDICTION_SERVER_VARIABLES: readonly string[] = Object.keys(
  predictionServerSchema({}).shape,
);

type Values = z.output<ReturnType<typeof predictionServerSchema>>;

/** What is asked of a strategy: whether, and by what, a server can verify its credentials. */
export interface VerifiableStrategy {
  readonly description: { readonly verifiableByThirdParty: boolean };
  readonly tokenAlgorithm?: TokenAlgorithm;
}

/**
 * How it checks who is asking follows from the strategy: by itself where keys alone can tell, else
 * by asking.
 */
export async function parsePredictionServerSettings(
  strategies: StrategyLoaders<VerifiableStrategy>,
  environment: Environment,
): Promise<PredictionServerSettings> {
  const values = parseOrThrow(predictionServerSchema(strategies), environment);
  const strategy = await loadStrategy(strategies, values.AUTH_STRATEGY);
  const byPublicKeys = strategy?.description.verifiableByThirdParty ?? false;
  const secrets = byPublicKeys ? NO_SECRETS : secretsOf(values);
  const canVerify = byPublicKeys || (secrets.tokenKeys ?? secrets.tokenSecret) !== undefined;
  const tokenAlgorithm = canVerify ? strategy?.tokenAlgorithm : undefined;
  if (byPublicKeys && values.JWKS_URL === undefined) {
    throw invalidConfig([`JWKS_URL is required by ${values.AUTH_STRATEGY}`]);
  }
  if (tokenAlgorithm === undefined && values.SERVICE_URL.length === 0) {
    throw invalidConfig([
      `SERVICE_URL is required by ${values.AUTH_STRATEGY}: an instance to ask who is asking`,
    ]);
  }
  return {
    ...toProcessSettings(values),
    ...toVerificationSettings(values),
    ...secrets,
    strategyName: values.AUTH_STRATEGY,
    tokenAlgorithm,
    jwksUrl: byPublicKeys ? values.JWKS_URL : undefined,
    serviceUrls: values.SERVICE_URL,
    storeTimeoutMs: values.STORE_TIMEOUT_MS,
  };
}

/**
 * Whoever has a secret that verifies can sign with it too: it is used only where it is given, and
 * never where public keys do.
 */
function secretsOf({ TOKEN_KEYS, TOKEN_SECRET, DATABASE_URL }: Values): Secrets {
  // The secret alone opens nothing: the keys that it seals are in the database.
  return DATABASE_URL === undefined
    ? { ...NO_SECRETS, tokenKeys: TOKEN_KEYS }
    : { tokenKeys: TOKEN_KEYS, tokenSecret: TOKEN_SECRET, databaseUrl: DATABASE_URL };
}

type Secrets = Pick<PredictionServerSettings, 'tokenKeys' | 'tokenSecret' | 'databaseUrl'>;

const NO_SECRETS: Secrets = {
  tokenKeys: undefined,
  tokenSecret: undefined,
  databaseUrl: undefined,
};
