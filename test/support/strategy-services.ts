import type { StrategyModule } from '../../src/auth/strategy.js';
import { type RunningService, startService, TOKEN_SECRET, type Variables } from './service.js';

/** Instances of one strategy, with the processes they share. */
export interface StrategyServices {
  /** Starts one more instance. */
  start(changes?: Variables): Promise<RunningService>;
  stop(): Promise<void>;
}

/** Starts what the strategy's module says its instances share; instances when they are asked for. */
export async function startCompanions(
  name: string,
  { companions = [] }: StrategyModule,
  variables: Variables,
): Promise<StrategyServices> {
  const running: RunningService[] = [];
  const shared: Record<string, string> = {};
  for (const companion of companions) {
    const secret = TOKEN_SECRET.toString('base64url');
    const service = await startService({ ...variables, AUTHORITY_SECRET: secret }, companion);
    running.push(service);
    shared.AUTHORITY_URL = service.url;
    shared.AUTHORITY_SECRET = secret;
  }
  return {
    start: async (changes = {}) => {
      const service = await startService({
        ...variables,
        ...shared,
        AUTH_STRATEGY: name,
        ...changes,
      });
      running.push(service);
      return service;
    },
    stop: async () => {
      await Promise.all(running.map((service) => service.stop()));
    },
  };
}
