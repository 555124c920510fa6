/**
 * npm run bench:open-loop: does the open-loop sender record what users of a server would see? Servers of
 * known delay in a process of their own; p50, p99 and p99.9 from the plan against the server's own time.
 */

import { loadavg } from 'node:os';
import { MAX_LATE_SHARE } from '../measure/validity.js';
import { startGuardian } from '../processes/guardian/guardian.js';
import { beginBenchmark } from './begin-benchmark.js';
import { KNOWN_DELAYS, NO_DELAY } from './open-loop/delays.js';
import {
  type Accuracy,
  type AccuracyCase,
  measureAccuracy,
  measureClosedLoop,
} from './open-loop/measure-accuracy.js';

const LIMIT_SHARE = 0.02;
const LIMIT_MS = 0.2;
/** A busy machine wakes the sender late; such a trial is invalid in the lab, and is measured again here. */
const ATTEMPTS = 3;
const RATE_RPS = 1000;
/** What piles up in a stop must be answered soon after it, or it would be part of the truth. */
const RATE_RPS_WITH_STOPS = 300;
/** A multiple of the period of the stops. */
const SECONDS = 10;

await beginBenchmark('bench:open-loop');
const guardian = await startGuardian();
try {
  say('p50 / p99 / p99.9 in ms. Late: how long after the plan the sender got to a request.');
  for (const delay of [NO_DELAY, ...KNOWN_DELAYS]) {
    const arrivals = delay.stops ? ('constant' as const) : ('poisson' as const);
    const rateRps = delay.stops ? RATE_RPS_WITH_STOPS : RATE_RPS;
    const shape = { delay, arrivals, rateRps, users: 600, seed: 7 };
    const wanted = { ...shape, warmUpSeconds: 2, seconds: SECONDS };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const seen = await measureAccuracy(wanted, guardian);
      print(wanted, seen);
      if (seen.lateShare <= MAX_LATE_SHARE) break;
      say('  NOT VALID: the sender was late too often');
    }
    if (delay.stops) {
      const seen = await measureClosedLoop({ ...wanted, users: 10 }, guardian);
      say(`  a closed loop of 10 connections records ${figures(seen)}`);
    }
  }
} finally {
  await guardian.stop();
}

function print({ delay, arrivals, rateRps }: AccuracyCase, seen: Accuracy): void {
  const differences = seen.recorded.map((value, index) => value - (seen.truth[index] as number));
  const within = differences.map(
    (difference, index) =>
      Math.abs(difference) <= Math.max(LIMIT_MS, LIMIT_SHARE * (seen.truth[index] as number)),
  );
  say(`${delay.name}, ${arrivals}, ${rateRps} requests/s, ${seen.planned} planned`);
  say(`  truth      ${figures(seen.truth)}`);
  say(`  recorded   ${figures(seen.recorded)}`);
  say(
    `  difference ${figures(differences)}; within ${LIMIT_SHARE * 100} % or ${LIMIT_MS} ms: ${within.map((is) => (is ? 'yes' : 'NO')).join(' / ')}`,
  );
  say(
    `  late       ${figures(seen.lateness)}; ${(seen.lateShare * 100).toFixed(2)} % over 1 ms; in flight at the end: ${seen.inFlightAtEnd}`,
  );
  say(
    `  sender     ${seen.senderCores.toFixed(2)} cores, ${seen.cpuMicrosecondsPerRequest.toFixed(0)} µs a request; load of the machine ${loadavg()[0]?.toFixed(1)}`,
  );
}

function figures(values: readonly number[]): string {
  return values.map((value) => value.toFixed(2)).join(' / ');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
