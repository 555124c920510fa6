import { expect } from 'chai';
import { unsureScenarios } from '../../../bench/analyse/unsure.js';
import type { Comparison } from '../../../bench/model/result-schema.js';

function compared(metric: string, instances: number, verdict: Comparison['verdict'], rounds = 3) {
  return { workload: 'me', instances, topology: 'direct', metric, verdict, rounds } as Comparison;
}

describe('scenarios that more rounds are for', () => {
  it('are undecided in throughput or CPU time, not in the tail of latency alone', () => {
    const scenarios = unsureScenarios([
      compared('throughput', 1, 'equal'),
      compared('cpu.total', 1, 'faster'),
      compared('latency.p99', 1, 'unsure'),
      compared('throughput', 2, 'faster'),
      compared('cpu.total', 2, 'unsure'),
      compared('throughput', 4, 'unsure'),
      compared('cpu.total', 4, 'unsure'),
    ]);
    expect(scenarios).to.deep.equal([
      { workload: 'me', instances: 2, topology: 'direct' },
      { workload: 'me', instances: 4, topology: 'direct' },
    ]);
  });

  it('take the CPU time of the application where not every server could be measured', () => {
    const scenarios = unsureScenarios([
      compared('cpu.total', 1, 'unsure', 0),
      compared('cpu.application', 1, 'equal'),
      compared('cpu.total', 2, 'unsure', 0),
      compared('cpu.application', 2, 'unsure'),
    ]);
    expect(scenarios).to.deep.equal([{ workload: 'me', instances: 2, topology: 'direct' }]);
  });
});
