import { expect } from 'chai';
import { countDetections, detectionTable } from '../../../bench/benchmarks/detection-table.js';
import type { Comparison } from '../../../bench/model/result-schema.js';
import { markdownTable } from '../../../bench/report/markdown.js';
import { makeResult } from '../report/fixture.js';

const [sample] = makeResult({ workloads: ['me'], instances: [1] }).comparisons;

function runsWith(...verdicts: Comparison['verdict'][]): Comparison[][] {
  if (!sample) throw new Error('no comparison');
  return verdicts.map((verdict, index) => [
    { ...sample, metric: 'throughput', ratio: 1 + index / 100, verdict },
    { ...sample, metric: 'cpu.total', ratio: null, verdict: 'unsure' },
  ]);
}

describe('detections, counted', () => {
  it('are right where the variant with more work is called slower', () => {
    const runs = runsWith('slower', 'slower', 'faster', 'equal', 'unsure');
    const [count, other] = countDetections(runs, ['throughput', 'cpu.total'], true);
    expect(count).to.deep.equal({
      ...{ metric: 'throughput', runs: 5, right: 2, wrong: 1, equal: 1, unsure: 1 },
      medianRatio: 1.02,
    });
    expect(other).to.include({ right: 0, unsure: 5, medianRatio: null });
  });

  it('are wrong for either winner between equal variants', () => {
    const runs = runsWith('slower', 'faster', 'equal', 'unsure');
    const [count] = countDetections(runs, ['throughput'], false);
    expect(count).to.include({ right: 2, wrong: 2 });
  });

  it('stand in a table with how sure their share is', () => {
    const counts = countDetections(runsWith('slower', 'unsure'), ['throughput'], true);
    expect(markdownTable(detectionTable(counts, true))).to.include(
      '| throughput | 2 | 1 | 0 | 0 | 1 | 50 % | 9.5 to 91 % | 1.00 |',
    );
    const equal = countDetections(runsWith('equal', 'equal'), ['throughput', 'absent'], false);
    const text = markdownTable(detectionTable(equal, false));
    expect(text).to.include('| Figure | Runs | False winner | Equal |');
    expect(text).to.include('| throughput | 2 | 0 | 2 | 0 | 0 % | 0 to 66 % |');
    expect(text).to.include('| absent | 0 | 0 | 0 | 0 | – | – | – |');
  });
});
