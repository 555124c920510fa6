/**
 * The processes of a round: one fleet for each variant, as large as its largest scenario needs, which serves
 * all scenarios one after the other. Instance 1 of 4 is the fleet of 1. Starting processes and compiling
 * their code takes longer than measuring them (docs/decisions/012).
 */
import type { PlannedTrial } from '../model/planned-trials.js';
import type { TrialContext } from './context.js';
import type { LoadedFleet, StartedFleet } from './loaded-system.js';

/** How far a workload has warmed the instances of a fleet up. */
export interface WarmedUp {
  seconds: number;
  /** Answered by each instance, in their order. */
  requests: number[];
}

/** The fleet of one variant. */
export interface SharedFleet {
  /** Once for all who ask. @throws LabError what the system throws */
  start(): Promise<void>;
  /** The first so many of its instances, as a fleet of that size. It is started by then. */
  ofSize(instances: number): StartedFleet;
  /** What a workload has warmed up so far. */
  warmed(workload: string): WarmedUp;
  limit(on: boolean): void;
  stop(): Promise<void>;
}

/** By the id of the variant. */
export type SharedFleets = ReadonlyMap<string, SharedFleet>;

/** Everything that was started is stopped afterwards. */
export async function withFleets<Outcome>(
  planned: readonly PlannedTrial[],
  context: TrialContext,
  use: (fleets: SharedFleets) => Promise<Outcome>,
): Promise<Outcome> {
  const fleets = new Map<string, SharedFleet>();
  for (const { variant } of planned) {
    const sizes = planned.filter((trial) => trial.variant === variant);
    const instances = Math.max(...sizes.map((trial) => trial.instances));
    if (!fleets.has(variant)) fleets.set(variant, sharedFleet(variant, instances, context));
  }
  try {
    return await use(fleets);
  } finally {
    context.emit({ type: 'block-phase', phase: 'stopping' });
    await Promise.all([...fleets.values()].map((fleet) => fleet.stop()));
  }
}

function sharedFleet(variant: string, instances: number, context: TrialContext): SharedFleet {
  const warmed = new Map<string, WarmedUp>();
  let starting: Promise<StartedFleet> | undefined;
  let started: StartedFleet | undefined;
  return {
    async start() {
      starting ??= context.system.start(variant, instances, context);
      started = await starting;
    },
    ofSize(size) {
      if (!started) throw new Error(`the fleet of ${variant} was not started`);
      return size === instances ? started : { ...started, ...firstOf(started, size) };
    },
    warmed(workload) {
      const nothing = Array.from({ length: instances }, () => 0);
      const known = warmed.get(workload) ?? { seconds: 0, requests: nothing };
      warmed.set(workload, known);
      return known;
    },
    limit(on) {
      started?.limit(on);
    },
    async stop() {
      const fleet = await starting?.catch(() => undefined);
      await fleet?.stop();
    },
  };
}

function firstOf(
  { fleet, processes }: StartedFleet,
  size: number,
): Pick<StartedFleet, 'fleet' | 'processes'> {
  const idle = fleet.instances.slice(size).map(({ pid }) => pid);
  const isUsed = ({ pid }: { pid: number | null }) => pid === null || !idle.includes(pid);
  const smaller: LoadedFleet = {
    ...fleet,
    instances: fleet.instances.slice(0, size),
    processes: fleet.processes.filter(isUsed),
  };
  return { fleet: smaller, processes: processes.filter(isUsed) };
}
