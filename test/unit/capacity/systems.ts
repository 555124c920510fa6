/** Systems of one station, as textbooks have them. */
import type { ServiceTime } from '../../../bench/plan/service-time.js';
import type { OpenSystem } from '../../../bench/plan/station.js';

/** With a mean service time of a second, arrivals are in Erlang. */
export function oneStation(
  service: ServiceTime,
  utilisation: number,
  { servers = 1, queues = 1 } = {},
): OpenSystem {
  return {
    arrivalsPerSecond: (utilisation * servers * queues) / service.meanSeconds,
    stations: [{ name: 'station', queues, serversPerQueue: servers, service }],
  };
}

/** One in ten requests is ten times as long as the others: squared variation 5.0388. */
export function rarelyLong(meanSeconds: number): ServiceTime {
  const short = meanSeconds / 1.9;
  const exponential = (mean: number, random: () => number) => -mean * Math.log(1 - random());
  const square = 2 * (0.9 * short ** 2 + 0.1 * (10 * short) ** 2);
  return {
    meanSeconds,
    squaredVariation: square / meanSeconds ** 2 - 1,
    leastSeconds: 0,
    transformAboveLeast: () => {
      throw new Error('not needed for a mean');
    },
    sample: (random) => exponential(random() < 0.1 ? 10 * short : short, random),
  };
}
