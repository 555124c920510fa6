import { type Block, list } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { formatPercentPoints, listOf } from '../../text/format.js';
import { sourceOfLoad } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';

export function targetMethod({ result }: ReportView, _findings: Finding[]): Block[] {
  const { config } = result;
  const uncounted = config.variants.filter(({ target }) => target?.cpuFrom === null);
  const load = config.offered
    ? 'sent by a plan, whatever the answers do'
    : 'each sends its next request as soon as the last is answered';
  return list([
    'Before the load, each address was asked whether it is this service, a user logged in at each, and every workload was tried with one request. Names were looked up once; no redirect was followed.',
    `Users log in for real, each at the address its connection goes to, and again before a credential ends. Each trial checks the answers, warms the target up for ${config.warmUpSeconds} s or longer in its first round, and measures for ${config.seconds} s. Nothing of a target is started anew between rounds.`,
    `In each round the targets take turns on each workload, in an order shuffled from seed ${config.seed}, so a slow minute hits all alike.`,
    `Load comes from ${sourceOfLoad(result, 'of this machine')}, with ${countOf(config.connections, 'connection')} to each target, spread evenly over its addresses; ${load}. Each connection has its own user. Latency is taken at this end, so the way to the target and back is in it.`,
    'The unit of evidence is the round. Ratios are taken within a round, then averaged, with a t interval over the rounds.',
    `A verdict must hold for all comparisons of a pair at once, of every workload and figure (a simultaneous interval, after Bonferroni). Within ${formatPercentPoints(config.equivalenceMargin * 100)} % counts as equal.`,
    'A trial does not count when the load generator was the limit, when any answer was unexpected, when connections, throughput and latency contradict each other, when one address got over twice the share of another, or when throughput was still moving.',
    ...(uncounted.length > 0
      ? [
          `Rules that were not applied to ${listOf(uncounted.map(({ id }) => id))}, for want of knowing: whether client and server counted the same number of requests.`,
        ]
      : []),
    'Rules that need to see processes were not applied to any target: how much their garbage collectors worked, and whether they kept to a limit of CPU time.',
  ]);
}
