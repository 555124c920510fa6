import type { Guardian } from '../services/guardian.js';
import { type LoadGenerator, type StartLoadGenerator, startLoadGenerator } from './generator.js';

export interface LoadGeneratorKeeper {
  /** The same generator each time; another one when it has failed. */
  get(): Promise<LoadGenerator>;
  stop(): void;
}

/**
 * Keeps one load generator through a run (docs/decisions/006).
 *
 * @param start a closed loop unless told
 */
export function keepLoadGenerator(
  shards: number,
  guardian: Guardian,
  start: StartLoadGenerator = startLoadGenerator,
): LoadGeneratorKeeper {
  let kept: LoadGenerator | undefined;
  return {
    async get() {
      if (!kept?.usable()) {
        kept?.stop();
        kept = await start(shards, guardian);
      }
      return kept;
    },
    stop: () => kept?.stop(),
  };
}
