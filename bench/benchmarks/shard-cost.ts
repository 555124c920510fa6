/**
 * npm run bench:shard: what our counting adds to autocannon, as a ratio of CPU time per request of
 * the load-generating process, in interleaved rounds against the same instance.
 */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ratioWithInterval } from '../statistics/statistics.js';
import { beginBenchmark } from './begin-benchmark.js';
import { runLoad } from './load-trial.js';
import { type OneInstance, withOneInstance } from './one-instance.js';

const CONNECTIONS = 100;
const ROUNDS = 8;
const SECONDS = 3;

const signal = await beginBenchmark('bench:shard');
await withOneInstance('none', CONNECTIONS, signal, async (instance) => {
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const oursFirst = round % 2 === 1;
    const first = oursFirst ? await loadWorker(instance) : await plain(instance);
    const second = oursFirst ? await plain(instance) : await loadWorker(instance);
    const [ours, theirs] = oursFirst ? [first, second] : [second, first];
    ratios.push(ours / theirs);
    process.stdout.write(
      `round ${round}: load worker ${ours.toFixed(1)} µs a request, plain autocannon ${theirs.toFixed(1)} µs, ratio ${(ours / theirs).toFixed(3)}\n`,
    );
  }
  const { mean, interval95 } = ratioWithInterval(ratios);
  const [low, high] = interval95 ?? [Number.NaN, Number.NaN];
  process.stdout.write(
    `A load worker costs ${mean.toFixed(3)} times plain autocannon (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}, ${ROUNDS} rounds).\n`,
  );
});

async function loadWorker(instance: OneInstance): Promise<number> {
  return (await runLoad(instance, { workload: 'me', loadWorkers: 1, seconds: SECONDS }))
    .cpuMicrosecondsPerRequest;
}

async function plain({ origin, credentials }: OneInstance): Promise<number> {
  const [header, value] = Object.entries(credentials[0]?.credential ?? {})[0] ?? [];
  const script = fileURLToPath(new URL('./plain-autocannon.js', import.meta.url));
  const words = [script, origin, header ?? '', value ?? '', String(CONNECTIONS), String(SECONDS)];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { requests, cpuMicroseconds } = JSON.parse(stdout);
  return cpuMicroseconds / requests;
}
