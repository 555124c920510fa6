/**
 * npm run bench:connections: settings of the service that matter to many connections. How long a burst of new ones
 * waits, by LISTEN_BACKLOG; what looking after idle ones costs, by how often that is done; and what
 * becomes of requests, by how long a connection is kept and how long a request may take to come.
 */

import { integer, listOf, parseOptions } from '../../cli/parse-options.js';
import { withSeededStores } from '../../fleet/seeded-stores.js';
import { beginBenchmark, endWithCode } from '../begin-benchmark.js';
import { compareBacklogs } from './burst.js';
import { compareChecks } from './checks.js';
import { compareKeepAlive } from './keep-alive.js';
import { compareRequestLimits } from './slow-requests.js';

const PARTS = ['burst', 'checks', 'keep-alive', 'requests'] as const;

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = await beginBenchmark('bench:connections');

await endWithCode(async () => {
  const { options } = parseOptions(process.argv.slice(2), {
    parts: listOf(PARTS, 'What to measure'),
    connections: integer(1, 5000, 'In a burst, at once; otherwise to each instance'),
    rounds: integer(
      1,
      100,
      'Of bursts, each length once in each; of connections that are asked again',
    ),
    seconds: integer(1, 600, 'Idle'),
  });
  const { parts = [...PARTS], connections = 2000, rounds = 5, seconds = 60 } = options;
  await withSeededStores({ users: 1, posts: 1, signal, say }, async (ready) => {
    if (parts.includes('burst')) {
      for (const line of ['', ...(await compareBacklogs(ready, { connections, rounds }, signal))]) {
        say(line);
      }
    }
    if (parts.includes('checks')) {
      for (const line of ['', ...(await compareChecks(ready, { connections, seconds }, signal))]) {
        say(line);
      }
    }
    if (parts.includes('keep-alive')) {
      for (const line of [
        '',
        ...(await compareKeepAlive(ready, { connections, rounds }, signal)),
      ]) {
        say(line);
      }
    }
    if (parts.includes('requests')) {
      for (const line of ['', ...(await compareRequestLimits(ready, { connections }, signal))]) {
        say(line);
      }
    }
  });
});
