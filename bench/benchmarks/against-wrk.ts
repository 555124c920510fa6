/**
 * npm run bench:wrk: throughput as the lab measures it against wrk, an independent load tool, on the
 * same instance with as many connections, in interleaved rounds.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findOnPath } from '../processes/find-on-path.js';
import { ratioWithInterval } from '../statistics/statistics.js';
import { beginBenchmark } from './begin-benchmark.js';
import { runLoad } from './load-trial.js';
import { type OneInstance, withOneInstance } from './one-instance.js';

const CONNECTIONS = 100;
const ROUNDS = 6;
const SECONDS = 4;
const signal = await beginBenchmark('bench:wrk');
const [strategy = 'session', workload = 'me'] = process.argv.slice(2);
/** What wrk asks for: it sends one request again and again. */
const PATHS: Record<string, string> = { me: '/me', read: '/posts/500' };

const wrk = findOnPath('wrk', process.env);
if (wrk === null) {
  process.stderr.write(
    'WRK_NOT_FOUND: wrk is not on the PATH. On Debian or Ubuntu: apt-get install wrk\n',
  );
  process.exit(1);
}
await withOneInstance(strategy, CONNECTIONS, signal, async (instance) => {
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const labFirst = round % 2 === 1;
    const first = labFirst ? await lab(instance) : await independent(wrk, instance);
    const second = labFirst ? await independent(wrk, instance) : await lab(instance);
    const [ours, theirs] = labFirst ? [first, second] : [second, first];
    ratios.push(ours / theirs);
    process.stdout.write(
      `round ${round}: lab ${Math.round(ours)} requests/s, wrk ${Math.round(theirs)} requests/s, ratio ${(ours / theirs).toFixed(3)}\n`,
    );
  }
  const { mean, interval95 } = ratioWithInterval(ratios);
  const [low, high] = interval95 ?? [Number.NaN, Number.NaN];
  process.stdout.write(
    `${strategy}, ${workload}: the lab measures ${mean.toFixed(3)} times what wrk measures (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}, ${ROUNDS} rounds).\n`,
  );
});

async function lab(instance: OneInstance): Promise<number> {
  return (await runLoad(instance, { workload, loadWorkers: 1, seconds: SECONDS })).throughputRps;
}

async function independent(path: string, { origin, credentials }: OneInstance): Promise<number> {
  const headers = Object.entries(credentials[0]?.credential ?? {}).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const { stdout } = await promisify(execFile)(path, [
    ...['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`],
    ...headers,
    `${origin}${PATHS[workload]}`,
  ]);
  const perSecond = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1];
  if (perSecond === undefined || stdout.includes('Non-2xx')) throw new Error(stdout);
  return Number(perSecond);
}
