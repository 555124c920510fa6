import type { Guardian } from '../processes/guardian/guardian.js';
import type { LoadGenerator } from './generator.js';

export interface LoadGeneratorKeeper<Generator extends LoadGenerator> {
  /** The same generator each time; another one when it has failed. */
  get(): Promise<Generator>;
  stop(): void;
}

/** Keeps one load generator through a run (docs/decisions/006). */
export function keepLoadGenerator<Generator extends LoadGenerator>(
  shards: number,
  guardian: Guardian,
  start: (shards: number, guardian: Guardian) => Promise<Generator>,
): LoadGeneratorKeeper<Generator> {
  let kept: Generator | undefined;
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
