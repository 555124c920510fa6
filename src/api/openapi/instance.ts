import { cookiePolicy } from '../../auth/session/cookie-policy.js';
import type { StrategyDescription, StrategyModule } from '../../auth/strategy.js';
import type { InstanceSettings } from '../../config/settings.js';
import type { PredictorName } from '../../prediction/registry.js';

export type StoreName = 'redis' | 'database' | 'authority';

/** What the document says depends on the instance that is asked for it. */
export interface DescribedInstance {
  readonly strategyName: string;
  readonly description: StrategyDescription;
  /** What reading or ending a credential may have to ask, and answers 503 without. */
  readonly strategyStores: readonly StoreName[];
  readonly cookieName: string;
  /** False for an instance that only verifies tokens that another makes (JWKS_URL). */
  readonly makesCredentials: boolean;
  readonly publishesKeys: boolean;
  readonly counters: boolean;
  /** Who may ask for GET /metrics, where it is there. */
  readonly metrics: InstanceSettings['metrics'];
  readonly operator: boolean;
  /** Where the model runs. */
  readonly prediction: PredictorName;
}

export function describeInstance(
  settings: InstanceSettings,
  { description, needs }: StrategyModule,
): DescribedInstance {
  const signed = needs.includes('tokenKeys');
  const remoteKeys = signed && settings.jwksUrl !== undefined;
  return {
    strategyName: settings.strategyName,
    description,
    strategyStores: [
      ...(needs.includes('redis') ? (['redis'] as const) : []),
      // Refresh tokens, and as a rule the keys.
      ...(signed ? (['database'] as const) : []),
      ...(needs.includes('authority') || remoteKeys ? (['authority'] as const) : []),
    ],
    cookieName: cookiePolicy(settings).name,
    makesCredentials: !remoteKeys,
    publishesKeys: description.verifiableByThirdParty && !remoteKeys,
    counters: settings.counters,
    metrics: settings.metrics,
    operator: settings.operatorToken !== undefined,
    prediction: settings.prediction,
  };
}
