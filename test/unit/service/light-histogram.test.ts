import { expect } from 'chai';
import { Histogram, Registry } from 'prom-client';
import { seededRandom } from '../../../bench/model/random.js';
import { createLightHistogram } from '../../../src/server/light-histogram.js';

const BOUNDS = [0.001, 0.01, 0.1, 1];

describe('the light histogram', () => {
  it("prints what prom-client's own prints of the same observations", async () => {
    const [light, own] = [new Registry(), new Registry()];
    const mine = createLightHistogram<'route' | 'status'>('took_seconds', 'How long.', BOUNDS);
    light.registerMetric(mine.metric);
    const theirs = new Histogram({
      ...{ name: 'took_seconds', help: 'How long.', labelNames: ['route', 'status'] },
      ...{ buckets: [...BOUNDS], registers: [own] },
    });
    const random = seededRandom(3);
    for (const labels of [
      { route: '/me', status: '200' },
      { route: '/posts/:id', status: '404' },
    ]) {
      const series = mine.series(labels);
      // On a bound, beside each, beyond all, and anywhere.
      for (const value of [...BOUNDS, 0, 0.0010001, 7, ...Array.from({ length: 500 }, random)]) {
        series.observe(value);
        theirs.observe(labels, value);
      }
    }
    expect((await light.metrics()).trim()).to.equal((await own.metrics()).trim());
    light.resetMetrics();
    expect(await light.metrics()).to.include('took_seconds_count{route="/me",status="200"} 0');
  });
});
