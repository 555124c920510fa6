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

const PARTS = {
  burst: compareBacklogs,
  checks: compareChecks,
  'keep-alive': compareKeepAlive,
  requests: compareRequestLimits,
};

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = await beginBenchmark('bench:connections');

await endWithCode(async () => {
  const { options } = parseOptions(process.argv.slice(2), {
    parts: listOf(Object.keys(PARTS), 'What to measure'),
    connections: integer(1, 5000, 'In a burst, at once; otherwise to each instance'),
    rounds: integer(
      1,
      100,
      'Of bursts, each length once in each; of connections that are asked again',
    ),
    seconds: integer(1, 600, 'Idle'),
  });
  const { parts = Object.keys(PARTS), connections = 2000, rounds = 5, seconds = 60 } = options;
  await withSeededStores({ users: 1, posts: 1, signal, say }, async (ready) => {
    for (const [name, compare] of Object.entries(PARTS)) {
      if (!parts.includes(name)) continue;
      const lines = await compare(ready, { connections, rounds, seconds }, signal);
      for (const line of ['', ...lines]) say(line);
    }
  });
});
