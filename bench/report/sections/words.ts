import { type Block, left, table } from '../../text/blocks.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';

export const WORDS: readonly [string, string][] = [
  [
    '95 % interval',
    'The range that holds the true value in 95 of 100 such runs. Wide: little is known.',
  ],
  [
    'All servers',
    'Application, Redis, the database and, where there are any, the web tier and the authority together, without the load generator.',
  ],
  ['Authority', 'A process that the instances of some strategies ask about each credential.'],
  ['Closed loop', 'A fixed number of connections; each waits for its answer before it asks again.'],
  [
    'Control',
    'The same API without authentication. What a strategy costs above it is the cost of authentication.',
  ],
  ['CPU time', 'Time a processor really worked for a process. Waiting does not count.'],
  ['Equivalence margin', 'How small a difference must be to count as none.'],
  [
    'Event-loop delay',
    'How long work that was ready had to wait for other work of the same instance.',
  ],
  ['Instance', 'One process of the service. Several share the load.'],
  [
    'Knee',
    'The number of instances from which on something shared is busy and more instances add nothing.',
  ],
  [
    'Law of scaling',
    'The Universal Scalability Law: growth with instances, less what they wait for and what they exchange.',
  ],
  ['p50, p99, p99.9', 'Percentiles: 50 %, 99 %, 99.9 % of requests took at most that long.'],
  ['Round', 'One pass over all combinations. Rounds are what the intervals count.'],
  ['Service demand', 'The CPU time that one request needs at one tier.'],
  ['Session', 'The server keeps who is logged in, here in Redis. The client sends an id.'],
  [
    'Token (JWT)',
    'The client keeps who is logged in, signed by the server. The server checks the signature.',
  ],
  ['Trial', 'One measurement: one strategy, one workload, one number of instances, one round.'],
  [
    'Web tier',
    'The server that clients speak to, here nginx. It passes each request on to one of the instances.',
  ],
  ['Workload', 'What each connection asks for, again and again. “The verdict” says it of each.'],
];

export function words(_view: ReportView, _findings: Finding[]): Block[] {
  return table(
    'Terms, in alphabetical order.',
    [left('Term'), left('Meaning')],
    WORDS.map((row) => [...row]),
  );
}
