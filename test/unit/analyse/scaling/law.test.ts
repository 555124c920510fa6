import { expect } from 'chai';
import * as fc from 'fast-check';
import { lawOf } from '../../../../bench/analyse/scaling/law.js';
import { fitScalabilityLaw, type Point } from '../../../../bench/analyse/scaling/usl.js';
import { seededRandom } from '../../../../bench/model/random.js';
import type { Trial } from '../../../../bench/model/result-schema.js';

const COUNTS = [1, 2, 4, 8, 16];

function curve(lambda: number, sigma: number, kappa: number, counts = COUNTS): Point[] {
  return counts.map((n) => ({
    instances: n,
    throughputRps: (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1)),
  }));
}

describe('the Universal Scalability Law', () => {
  it('gives back the parameters of any curve of its kind', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e5, noNaN: true }),
        fc.double({ min: 0.001, max: 0.9, noNaN: true }),
        fc.double({ min: 1e-4, max: 0.05, noNaN: true }),
        (lambda, sigma, kappa) => {
          const law = fitScalabilityLaw(curve(lambda, sigma, kappa));
          expect(law.converged).to.equal(true);
          expect(law.lambda.value / lambda).to.be.closeTo(1, 1e-3);
          expect(law.sigma.value).to.be.closeTo(sigma, 1e-3);
          expect(law.kappa.value).to.be.closeTo(kappa, 1e-4);
          expect(law.rSquared).to.be.greaterThan(0.9999);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('agrees with the published fit of the SPEC SDM91 measurements', () => {
    // The data of Gunther (2007), chapter 5. The R package usl (1.8.0, smoeding/usl) holds lambda at
    // the first point, counts absolute errors and publishes sigma 0.01705 and kappa 0.00007892, so a
    // peak of 111.6 and R² 0.9624. Here lambda is free and each point counts by its relative error:
    // the published values lie within the intervals, and R² must not be smaller.
    const rates = [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775, 1702.2];
    const law = fitScalabilityLaw(
      [1, 18, 36, 72, 108, 144, 216].map((instances, index) => ({
        instances,
        throughputRps: rates[index] as number,
      })),
    );
    expect(law.sigma.interval95[0]).to.be.below(0.01705);
    expect(law.sigma.interval95[1]).to.be.above(0.01705);
    expect(law.kappa.interval95[0]).to.be.below(0.00007892);
    expect(law.kappa.interval95[1]).to.be.above(0.00007892);
    expect(law.peakInstances).to.be.within(80, 115);
    expect(law.rSquared).to.be.at.least(0.9624);
  });

  it('holds at 0 what the points put below it, and says that it never falls', () => {
    const law = fitScalabilityLaw(curve(1000, 0, 0));
    expect(law.sigma).to.deep.equal({ value: 0, standardError: null, interval95: [0, 0] });
    expect(law.kappa.standardError).to.equal(null);
    expect(law.peakInstances).to.equal(null);
    expect(law.lambda.value).to.be.closeTo(1000, 1e-6);
  });

  it('covers the true curve in about 95 of 100 noisy runs', () => {
    const random = seededRandom(11);
    const noise = () =>
      0.03 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const truth = curve(1000, 0.1, 0.003);
    let covered = 0;
    for (let run = 0; run < 100; run++) {
      const points = [...truth, ...truth, ...truth].map(({ instances, throughputRps }) => ({
        instances,
        throughputRps: throughputRps * Math.exp(noise()),
      }));
      const [low, high] = fitScalabilityLaw(points).at(8).interval95;
      if (low <= (truth[3]?.throughputRps ?? 0) && high >= (truth[3]?.throughputRps ?? 0))
        covered++;
    }
    expect(covered).to.be.within(88, 100);
  });

  describe('is refused', () => {
    const refusalOf = (points: Point[]) =>
      lawOf({
        trials: points as unknown as Trial[],
        counts: [...new Set(points.map(({ instances }) => instances))],
      }).refusal?.code;
    const twice = (points: Point[]) =>
      points.flatMap((point) => [
        { ...point, throughputRps: point.throughputRps * 1.005 },
        { ...point, throughputRps: point.throughputRps * 0.995 },
      ]);

    it('never for a curve of its kind with two rounds', () => {
      expect(refusalOf(twice(curve(1000, 0.05, 0.001)))).to.equal(undefined);
    });

    it('with fewer than 6 trials', () => {
      expect(refusalOf(curve(1000, 0.05, 0.001))).to.equal('too-few-points');
    });

    it('with fewer than 4 numbers of instances, however many rounds', () => {
      const few = curve(1000, 0.05, 0.001, [1, 2, 4]);
      expect(refusalOf([...twice(few), ...twice(few)])).to.equal('too-few-counts');
    });

    it('where more instances never helped', () => {
      const falling = COUNTS.map((instances) => ({ instances, throughputRps: 1000 / instances }));
      expect(refusalOf(twice(falling))).to.equal('no-gain');
    });

    it('where twice the instances answer more than twice as much', () => {
      const steep = COUNTS.map((instances) => ({
        instances,
        throughputRps: 500 * instances - 300,
      }));
      expect(refusalOf(twice(steep))).to.equal('worse-than-a-line');
    });

    it('where the peak lies below what was measured', () => {
      expect(refusalOf(twice(curve(1000, 0.1, 0.9, [4, 6, 8, 16])))).to.equal('peak-below-range');
    });
  });
});
