import * as z from 'zod';
import { isLoopback } from '../server/loopback.js';
import { describeIssues, dropEmpty, type Environment, invalidConfig } from './environment.js';
import { type ExposureSettings, exposureVariables, toExposureSettings } from './exposure.js';
import { type LoginSettings, loginVariables, toLoginSettings } from './logins.js';
import { type PasswordSettings, passwordVariables, toPasswordSettings } from './passwords.js';
import {
  type PredictionSettings,
  predictionVariables,
  toPredictionSettings,
} from './prediction.js';
import {
  COUNTERS_RULE,
  HOST_DEFAULT,
  type ProcessSettings,
  processVariables,
  toProcessSettings,
} from './process.js';
import {
  BUCKET_RULE,
  hasBucketSecret,
  isOfOneKind,
  REPLICA_RULE,
  type StoreSettings,
  storeVariables,
  toStoreSettings,
} from './stores.js';
import {
  loadStrategy,
  missingNeeds,
  type StrategyLoaders,
  type StrategyNeed,
  strategyName,
} from './strategy.js';
import { type TokenSettings, tokenVariables, toTokenSettings } from './tokens.js';
import { decimal, httpUrl, secret } from './variables.js';

/** Settings of one instance, checked. */
export interface InstanceSettings
  extends ProcessSettings,
    StoreSettings,
    TokenSettings,
    LoginSettings,
    PasswordSettings,
    ExposureSettings,
    PredictionSettings {
  readonly strategyName: string;
  readonly authorityUrl: string | undefined;
  /** Decoded; instances and the authority know each other by it. */
  readonly authoritySecret: Uint8Array | undefined;
  /** CPU time that every GET costs more; 0 unless the lab checks itself. */
  readonly injectBusyMicroseconds: number;
}

const instanceVariables = {
  ...processVariables(3000),
  ...storeVariables,
  ...tokenVariables,
  AUTHORITY_URL: httpUrl('http://127.0.0.1:3100').optional(),
  AUTHORITY_SECRET: secret.optional(),
  ...loginVariables,
  ...passwordVariables,
  ...exposureVariables,
  INJECT_BUSY_MICROSECONDS: decimal(0, 100_000, 0),
  ...predictionVariables,
};

/** Names of all variables that an instance reads. */
export const INSTANCE_VARIABLES: readonly string[] = [
  'AUTH_STRATEGY',
  ...Object.keys(instanceVariables),
];

function instanceSchema(strategies: StrategyLoaders<unknown>) {
  return z.object({ AUTH_STRATEGY: strategyName(strategies), ...instanceVariables });
}

type Values = z.output<ReturnType<typeof instanceSchema>>;

/**
 * The settings of an instance and the module of its strategy.
 * @throws StartupError `config_invalid` that lists every problem, not only the first
 */
export async function parseInstanceSettings<
  Module extends { readonly needs: readonly StrategyNeed[] },
>(
  strategies: StrategyLoaders<Module>,
  environment: Environment,
): Promise<{ settings: InstanceSettings; strategy: Module }> {
  const present = dropEmpty(environment);
  const strategy = await loadStrategy(strategies, present.AUTH_STRATEGY ?? '');
  const parsed = instanceSchema(strategies).safeParse(present);
  const problems = [
    ...(parsed.success ? [] : describeIssues(parsed.error, present)),
    ...(strategy === undefined ? [] : missingNeeds(strategy.needs, present)),
    // Apart from the schema: these are said together with what is wrong in it.
    ...(present.COUNTERS === 'on' && !isLoopback(present.HOST ?? HOST_DEFAULT)
      ? [`COUNTERS ${COUNTERS_RULE}`]
      : []),
    ...(parsed.success ? contradictionsIn(parsed.data) : []),
  ];
  if (!parsed.success || strategy === undefined || problems.length > 0) {
    throw invalidConfig(problems);
  }
  return { settings: toInstanceSettings(parsed.data), strategy };
}

function contradictionsIn(values: Values): string[] {
  const problems: string[] = [];
  const { DATABASE_URL, DATABASE_REPLICA_URL = DATABASE_URL } = values;
  if (!isOfOneKind(DATABASE_REPLICA_URL, DATABASE_URL)) {
    problems.push(`DATABASE_REPLICA_URL ${REPLICA_RULE}`);
  }
  if (!hasBucketSecret(values)) {
    problems.push(`REDIS_BUCKET_SECRET ${BUCKET_RULE}`);
  }
  // Never by mistake: COUNTERS is on under the lab only, and with it nobody else reaches the instance.
  if (values.INJECT_BUSY_MICROSECONDS > 0 && values.COUNTERS === 'off') {
    problems.push('INJECT_BUSY_MICROSECONDS may be above 0 only with COUNTERS=on');
  }
  if (toExposureSettings(values).metrics === 'operator' && values.OPERATOR_TOKEN === undefined) {
    problems.push(
      'OPERATOR_TOKEN is required with METRICS=on where others than this machine can ask (HOST, TRUST_PROXY)',
    );
  }
  if (values.PREDICTION === 'server' && values.PREDICTION_URL === undefined) {
    problems.push('PREDICTION_URL is required with PREDICTION=server');
  }
  return problems;
}

function toInstanceSettings(values: Values): InstanceSettings {
  return {
    strategyName: values.AUTH_STRATEGY,
    ...toProcessSettings(values),
    ...toStoreSettings(values),
    ...toTokenSettings(values),
    authorityUrl: values.AUTHORITY_URL,
    authoritySecret: values.AUTHORITY_SECRET,
    ...toLoginSettings(values),
    ...toPasswordSettings(values),
    ...toExposureSettings(values),
    injectBusyMicroseconds: values.INJECT_BUSY_MICROSECONDS,
    ...toPredictionSettings(values),
  };
}
