/** What every trial of a run needs, made once. */

import type { ProcessHolder } from '../fleet/held-processes.js';
import type { SeededData } from '../fleet/service-commands.js';
import type { WebTierPlan } from '../fleet/web-tier/plan.js';
import type { Credentials } from '../load/credentials.js';
import type { LoadMode } from '../load/load-mode.js';
import type { LoadProcesses } from '../load/load-processes.js';
import type { MeasuredProcess } from '../measure/snapshot.js';
import { LabError } from '../model/errors.js';
import type { DescribedStrategy, RunConfig } from '../model/result-schema.js';
import type { Guardian } from '../processes/guardian/guardian.js';
import type { StoreMeter } from '../stores/store.js';
import type { EmitRunEvent } from './events.js';
import type { ProbeBook } from './instance-requests.js';
import type { LoadedSystem } from './loaded-system.js';

export interface TrialContext {
  config: RunConfig;
  /** The same for one of the plans of the run; what it does not hold back is not held. */
  forPlan(plan: RunConfig): TrialContext;
  /** Those of the run, as the service describes them. */
  strategies: readonly DescribedStrategy[];
  /** By strategy, in the order of the seeded users; none where state lies in single instances. */
  credentials: ReadonlyMap<string, Credentials>;
  seeded: SeededData;
  /** For the instances: addresses of the stores and secrets. */
  serviceEnvironment: Record<string, string>;
  /** What is loaded, and how it is read. */
  system: LoadedSystem<TrialContext>;
  /** Of the session store; null where the lab knows none. */
  meter: StoreMeter | null;
  stores: readonly MeasuredProcess[];
  probes: ProbeBook;
  /** The load workers of the run. Those of the closed loop hold the connections, whatever is measured. */
  load: LoadProcesses;
  /** How the trials of the run are loaded. */
  mode: LoadMode;
  guardian: Guardian;
  /** For every fleet; absent where connections go to the instances. */
  web?: WebTierPlan | undefined;
  /** Holds processes to their share of a core, where that was asked for and can be had. */
  holder: ProcessHolder;
  /** Settles when whatever else the run does beside starting and warming up is done; nothing is measured before. */
  quiet?: Promise<unknown> | undefined;
  signal: AbortSignal;
  emit: EmitRunEvent;
}

/**
 * @throws LabError STRATEGY_UNKNOWN
 */
export function strategyNamed(
  name: string | null,
  { strategies }: Pick<TrialContext, 'strategies'>,
): DescribedStrategy {
  const strategy = strategies.find((known) => known.name === name);
  if (!strategy) throw new LabError('STRATEGY_UNKNOWN', `The service describes no "${name}".`);
  return strategy;
}
