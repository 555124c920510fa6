/** Runs to set side by side, with figures as given: throughput of each round, by variant. */
import type { Result } from '../../../bench/model/result-schema.js';
import { makeTrial } from '../bench-support.js';
import { makeResult } from '../report/fixture.js';

export interface GivenRun {
  /** Application CPU per request in µs, one value a round, by strategy. */
  cpu: Record<string, number[]>;
  workloads?: string[];
  instances?: number[];
  change?: (result: Result) => Result;
}

export function runWith({ cpu, workloads = ['me'], instances = [1], change }: GivenRun): Result {
  const strategies = Object.keys(cpu);
  const trials = Object.entries(cpu).flatMap(([variant, values]) =>
    workloads.flatMap((workload) =>
      instances.flatMap((count) =>
        values.map((application, index) =>
          makeTrial({
            ...{ variant, workload, instances: count, round: index + 1 },
            throughputRps: 1e6 / application,
            cpuMicrosecondsPerRequest: { application, redis: 7, postgres: 0, loadGenerator: 25 },
          }),
        ),
      ),
    ),
  );
  const rounds = Math.max(...Object.values(cpu).map(({ length }) => length));
  const made = makeResult({ strategies, workloads, instances, rounds });
  const result = { ...made, trials, comparisons: [] };
  return change ? change(result) : result;
}
