import { expect } from 'chai';
import { METRICS, type Metric } from '../../../bench/analyse/metrics.js';
import {
  countDetections,
  detectionTable,
  scatterOfRatio,
} from '../../../bench/benchmarks/detection-table.js';
import type { Comparison, Trial } from '../../../bench/model/result-schema.js';
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
    const [count, other] = countDetections(runs, ['throughput, me', 'cpu.total, me'], true);
    expect(count).to.deep.equal({
      ...{ figure: 'throughput, me', runs: 5, right: 2, wrong: 1, equal: 1, unsure: 1 },
      medianRatio: 1.02,
    });
    expect(other).to.include({ right: 0, unsure: 5, medianRatio: null });
  });

  it('are wrong for either winner between equal variants', () => {
    const runs = runsWith('slower', 'faster', 'equal', 'unsure');
    const [count] = countDetections(runs, ['throughput, me'], false);
    expect(count).to.include({ right: 2, wrong: 2 });
  });

  it('stand in a table with how sure their share is', () => {
    const counts = countDetections(runsWith('slower', 'unsure'), ['throughput, me'], true);
    expect(markdownTable(detectionTable(counts, true))).to.include(
      '| throughput, me | 2 | 1 | 0 | 0 | 1 | 50 % | 9.5 to 91 % | 1.00 |',
    );
    const equal = countDetections(runsWith('equal', 'equal'), ['throughput, me', 'absent'], false);
    const text = markdownTable(detectionTable(equal, false));
    expect(text).to.include('| Figure | Runs | False winner | Equal |');
    expect(text).to.include('| throughput, me | 2 | 0 | 2 | 0 | 0 % | 0 to 66 % |');
    expect(text).to.include('| absent | 0 | 0 | 0 | 0 | – | – | – |');
  });
});

describe('the ratio of two variants', () => {
  const metric = METRICS.find(({ name }) => name === 'throughput') as Metric;
  const { trials } = makeResult({ workloads: ['me'], instances: [1] });
  const [session, jwt] = ['session', 'jwt'].map((id) => trials.find((one) => one.variant === id));
  const round = (number: number, ratio: number, valid = true) => [
    { ...(session as Trial), round: number, valid: true, throughputRps: 100 },
    { ...(jwt as Trial), round: number, valid, throughputRps: 100 * ratio },
  ];

  it('scatters by the standard deviation of its logarithm over the valid rounds', () => {
    const rounds = [...round(1, Math.E), ...round(2, 1), ...round(3, 9, false)];
    expect(scatterOfRatio(rounds, ['session', 'jwt'], metric)).to.be.closeTo(Math.SQRT1_2, 1e-12);
    expect(scatterOfRatio(round(1, 2), ['session', 'jwt'], metric)).to.equal(null);
  });
});
