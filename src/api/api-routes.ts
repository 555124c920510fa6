import type { ApiRoute } from './route.js';
import { type AccountDeps, accountRoutes } from './routes/account-routes.js';
import { type DocsDeps, docsRoutes } from './routes/docs-routes.js';
import { type HealthDeps, healthRoutes } from './routes/health-routes.js';
import { type LoginDeps, loginRoutes } from './routes/login-routes.js';
import { type MetricsDeps, metricsRoutes } from './routes/metrics-routes.js';
import { type OperatorDeps, operatorRoutes } from './routes/operator-routes.js';
import { type PostDeps, postRoutes } from './routes/post-routes.js';
import { type PredictionDeps, predictionRoutes } from './routes/prediction-routes.js';
import { principalRoutes } from './routes/principal-routes.js';
import { type SessionDeps, sessionRoutes } from './routes/session-routes.js';
import { type TokenDeps, tokenRoutes } from './routes/token-routes.js';

export type ApiDeps = AccountDeps &
  DocsDeps &
  HealthDeps &
  LoginDeps &
  MetricsDeps &
  OperatorDeps &
  PostDeps &
  PredictionDeps &
  SessionDeps &
  TokenDeps;

/** Every route of the API, in the order of its document. A new file of routes has a line here. */
export const apiRoutes: readonly ApiRoute<ApiDeps>[] = [
  ...loginRoutes,
  ...accountRoutes,
  ...postRoutes,
  ...predictionRoutes,
  ...sessionRoutes,
  ...tokenRoutes,
  ...principalRoutes,
  ...operatorRoutes,
  ...healthRoutes,
  ...metricsRoutes,
  ...docsRoutes,
];
