/** What variants are measured in: a workload on a number of instances, reached in one way. */
import { z } from 'zod';

export const topologySchema = z
  .enum(['direct', 'web', 'target'])
  .describe(
    'Where connections go: to the instances, to a web tier before them, or to the addresses of a deployment that the lab did not start. How many instances such a one has is not known; `instances` is 1 then.',
  );

export type Topology = z.infer<typeof topologySchema>;

/** The fields that name a scenario, in every record that belongs to one. */
export const scenarioFields = {
  workload: z.string(),
  instances: z.int().positive(),
  topology: topologySchema,
};

export interface Scenario {
  workload: string;
  instances: number;
  topology: Topology;
}

export interface ScenarioPlan {
  workloads: readonly string[];
  instances: readonly number[];
  /** How a web tier spreads requests; absent: connections go to the instances. */
  web?: unknown;
  /** Whether the variants are deployments that the lab did not start. */
  targets?: unknown;
}

/** In the order of reports: all numbers of instances of a workload, then the next workload. */
export function scenariosOf({ workloads, instances, web, targets }: ScenarioPlan): Scenario[] {
  const topology = targets ? 'target' : web ? 'web' : 'direct';
  return workloads.flatMap((workload) =>
    instances.map((count) => ({ workload, instances: count, topology }) as const),
  );
}

export function isSameScenario(one: Scenario, other: Scenario): boolean {
  return (
    one.workload === other.workload &&
    one.instances === other.instances &&
    one.topology === other.topology
  );
}

/** The name alone of whatever belongs to a scenario. */
export function scenarioOf({ workload, instances, topology }: Scenario): Scenario {
  return { workload, instances, topology };
}

/** Those of the list, each once, in the order in which they first stand there. */
export function distinctScenarios(list: readonly Scenario[]): Scenario[] {
  return list
    .filter((each, index) => list.findIndex((other) => isSameScenario(other, each)) === index)
    .map(scenarioOf);
}

/** " with 2 instances"; nothing for deployments of which the lab cannot know how many they have. */
export function withInstances({ instances, topology }: Omit<Scenario, 'workload'>): string {
  return topology === 'target' ? '' : ` with ${instances} instance${instances === 1 ? '' : 's'}`;
}
