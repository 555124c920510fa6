import { findFreePort } from '../../bench/processes/ports/free-port.js';
import { strategies } from '../../src/auth/registry.js';
import { type RunningService, startListening, startService, type Variables } from './service.js';

export interface PredictingService {
  readonly service: RunningService;
  /** Present with PREDICTION=server. */
  readonly server: RunningService | undefined;
  /** Starts the prediction server again where it was. */
  restartServer(): Promise<RunningService>;
  stop(): Promise<void>;
}

/** Whether a busy machine is slow is not what these tests ask. */
const PATIENT: Variables = { PREDICTION_TIMEOUT_MS: '10000', STORE_TIMEOUT_MS: '8000' };

/** An instance of a topology, and its prediction server where it has one. */
export async function startPredicting(
  topology: string,
  given: Variables,
): Promise<PredictingService> {
  const variables = { ...PATIENT, ...given };
  const port = await findFreePort();
  const service = await startService({
    ...variables,
    PREDICTION: topology,
    PREDICTION_URL: `http://127.0.0.1:${port}`,
  });
  const servers: RunningService[] = [];
  const start = async () => {
    const server = await startListening('prediction-server', {
      ...(await variablesOfServer(variables, service.url)),
      PORT: String(port),
    });
    servers.push(server);
    return server;
  };
  try {
    return {
      service,
      server: topology === 'server' ? await start() : undefined,
      restartServer: start,
      stop: async () => {
        await service.stop();
        await Promise.all(servers.map((server) => server.stop()));
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** With asymmetric keys it gets no secret, so that a test fails if it needs one. */
async function variablesOfServer(variables: Variables, url: string): Promise<Variables> {
  const strategy = await strategies[variables.AUTH_STRATEGY ?? '']?.();
  return strategy?.description.verifiableByThirdParty
    ? {
        AUTH_STRATEGY: variables.AUTH_STRATEGY as string,
        TOKEN_SECRET: '',
        JWKS_URL: `${url}/.well-known/jwks.json`,
      }
    : { ...variables, SERVICE_URL: url };
}
