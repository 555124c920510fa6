/** What every trial of a run needs, made once. */
import { LabError } from '../errors.js';
import type { Credentials } from '../load/credentials.js';
import type { ClosedLoopGenerator, LoadGenerator } from '../load/generator.js';
import type { DescribedStrategy, RunConfig } from '../result/schema.js';
import type { Guardian } from '../services/guardian.js';
import type { ProcessHolder } from '../services/held-processes.js';
import type { SeededData } from '../services/service-process.js';
import type { WebTierPlan } from '../services/web-tier-plan.js';
import type { EmitRunEvent } from './events.js';
import type { ProbeBook } from './instance-requests.js';
import type { SnapshotSources } from './snapshot.js';

export interface TrialContext {
  config: RunConfig;
  /** Those of the run, as the service describes them. */
  strategies: readonly DescribedStrategy[];
  /** By strategy, in the order of the seeded users; none where state lies in single instances. */
  credentials: ReadonlyMap<string, Credentials>;
  seeded: SeededData;
  /** For the instances: addresses of the stores and secrets. */
  serviceEnvironment: Record<string, string>;
  sources: SnapshotSources;
  probes: ProbeBook;
  /** The same one for all trials, unless it failed in the one before. */
  loadGenerator(): Promise<LoadGenerator>;
  /** A closed loop, whatever the load that is measured: for warm-up at least. */
  closedLoop(): Promise<ClosedLoopGenerator>;
  guardian: Guardian;
  /** For every fleet; absent where connections go to the instances. */
  web?: WebTierPlan | undefined;
  /** Holds processes to their share of a core, where that was asked for and can be had. */
  holder: ProcessHolder;
  signal: AbortSignal;
  emit: EmitRunEvent;
}

/**
 * @throws LabError STRATEGY_UNKNOWN
 */
export function strategyNamed(
  name: string,
  { strategies }: Pick<TrialContext, 'strategies'>,
): DescribedStrategy {
  const strategy = strategies.find((known) => known.name === name);
  if (!strategy) throw new LabError('STRATEGY_UNKNOWN', `The service describes no "${name}".`);
  return strategy;
}
