import { expect } from 'chai';
import { calibratedSpread } from '../../../bench/analyse/calibrated-spread.js';
import { calibrationOf, noiseFloors } from '../../../bench/analyse/noise-floor.js';
import type { Calibration } from '../../../bench/model/calibration-schema.js';
import type { Comparison, Result } from '../../../bench/model/result-schema.js';
import { renderCalibration } from '../../../bench/report/calibration.js';
import { makeResult } from '../report/fixture.js';

function selfRun(rounds = 10): Result {
  const scenario = { workloads: ['me'], instances: [1] };
  return makeResult({ strategies: ['session', 'session'], rounds, ...scenario, spread: 0.04 });
}

function calibrated(result = selfRun()): Calibration {
  const calibration = calibrationOf(result);
  if (!calibration) throw new Error('nothing was calibrated');
  return calibration;
}

function comparison(ratios: number[], verdict: Comparison['verdict'] = 'unsure'): Comparison {
  const [first] = selfRun().comparisons;
  if (!first) throw new Error('no comparison');
  const rounds = ratios.map((ratio, index) => ({ round: index + 1, ratio }));
  return { ...first, ratios: rounds, rounds: ratios.length, verdict };
}

describe('the noise floor', () => {
  it('has spread, intervals and detectable differences as worked out by hand', () => {
    // Logarithms ±0.1: standard deviation 0.1 · sqrt(2) with two values.
    const [floor] = noiseFloors([comparison([Math.exp(0.1), Math.exp(-0.1)])]);
    const deviation = 0.1 * Math.SQRT2;
    expect(floor?.standardDeviation).to.be.closeTo(deviation, 1e-12);
    const ten = floor?.byRounds.find(({ rounds }) => rounds === 10);
    expect(ten?.halfWidth).to.be.closeTo(Math.exp((2.2622 * deviation) / Math.sqrt(10)) - 1, 1e-4);
    expect(ten?.detectable).to.be.closeTo(
      Math.exp(((2.2622 + 0.8834) * deviation) / Math.sqrt(10)) - 1,
      1e-4,
    );
  });

  it('says how many rounds a difference takes, and when they are too many', () => {
    const [quiet] = noiseFloors([comparison([1.02, 0.98, 1.02, 0.98])]);
    const roundsOf = (difference: number) =>
      quiet?.byDifference.find((known) => known.difference === difference)?.rounds;
    expect(roundsOf(0.05)).to.be.within(4, 5);
    expect(roundsOf(0.02)).to.be.within(10, 15);
    const [noisy] = noiseFloors([comparison([1.5, 0.7, 1.5, 0.7])]);
    expect(noisy?.byDifference[0]?.rounds).to.equal(null);
  });

  it('leaves out what has fewer than two rounds', () => {
    expect(noiseFloors([comparison([1.1])])).to.deep.equal([]);
    expect(calibrationOf({ ...selfRun(), comparisons: [comparison([1.1])] })).to.equal(null);
  });

  it('is kept with the machine and the scenario that it holds for', () => {
    const calibration = calibrated();
    expect(calibration).to.include({
      ...{ schemaVersion: 1, strategy: 'session', workload: 'me', instances: 1, seconds: 3 },
    });
    expect(calibration.machine).to.deep.equal({
      ...{ cpuModel: 'Example CPU @ 2.50GHz', cores: 8, node: 'v20.20.2' },
    });
    expect(calibration.noise.map(({ metric }) => metric)).to.include('cpu.application');
  });

  it('speaks of the same metric, scenario and window only', () => {
    const run = selfRun();
    const known = { ...run, calibration: calibrated(run) };
    const [comparison] = run.comparisons;
    if (!comparison) throw new Error('no comparison');
    expect(calibratedSpread(known, comparison)?.degrees).to.equal(9);
    expect(calibratedSpread(known, { ...comparison, instances: 2 })).to.equal(null);
    expect(calibratedSpread(known, { ...comparison, workload: 'crud' })).to.equal(null);
    expect(calibratedSpread(known, { ...comparison, metric: 'other' })).to.equal(null);
    const shorter = { ...known, config: { ...known.config, seconds: 1 } };
    expect(calibratedSpread(shorter, comparison)).to.equal(null);
    expect(calibratedSpread(run, comparison)).to.equal(null);
  });

  it('is shown with what it means, and with a caution where it named a winner', () => {
    const calibration = calibrated();
    expect(renderCalibration(calibration, 120)).to.include('No winner was named');
    const noise = calibration.noise.map((floor) => ({ ...floor, verdict: 'faster' as const }));
    expect(renderCalibration({ ...calibration, noise }, 120)).to.include(
      '! A winner was named in requests per second,',
    );
    expect(renderCalibration(calibration, 160)).to.match(/Requests per second +10 +[\d.]+ % +±/);
  });
});
