import type { StrategyModule } from '../../src/auth/strategy.js';
import { type RunningService, startAuthority, startService, type Variables } from './service.js';

/** Instances of one strategy, with the process they share. */
export interface StrategyServices {
  /** Starts one more instance. */
  start(changes?: Variables): Promise<RunningService>;
  stop(): Promise<void>;
}

/** Starts what the instances of a strategy share; instances when they are asked for. */
export async function startCompanions(
  name: string,
  { companions = [] }: StrategyModule,
  variables: Variables,
): Promise<StrategyServices> {
  const running: RunningService[] = [];
  let shared: Variables = { ...variables, AUTH_STRATEGY: name };
  if (companions.includes('authority')) {
    const authority = await startAuthority({ ...variables, PORT: '0' });
    running.push(authority);
    shared = { ...shared, AUTHORITY_URL: authority.url };
  }
  return {
    start: async (changes = {}) => {
      const service = await startService({ ...shared, ...changes });
      running.push(service);
      return service;
    },
    stop: async () => {
      await Promise.all(running.map((service) => service.stop()));
    },
  };
}
