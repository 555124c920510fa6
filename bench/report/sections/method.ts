import type { Result, Trial } from '../../model/result-schema.js';
import { type Block, list } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { formatPercentPoints, listOf } from '../../text/format.js';
import { sourceOfLoad } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';
import { BALANCE_WORDS } from '../wording.js';

export function method({ result }: ReportView, _findings: Finding[]): Block[] {
  const { config } = result;
  return list([
    `Users log in for real, once for each strategy${atEachInstance(result)}. ${config.fleetsServe === 'plan' ? 'The processes of the service are started once, and serve all rounds. Each trial then' : 'Each round then starts fresh processes of the service, and each trial'} checks the answers, warms up for ${warmUps(result.trials)} s (longer where more code or more instances have to be compiled) and then measures for ${config.seconds} s. The load generator serves all trials and is warm before the first.`,
    `In each round every combination of strategy, workload and instances runs once, in an order shuffled from seed ${config.seed}. So a slow minute of the machine hits all strategies alike.`,
    `Load comes from ${sourceOfLoad(result, 'of its own')}, with ${countOf(config.connections, 'connection')} ${config.web ? `to the web tier, which spreads requests over the instances (${BALANCE_WORDS[config.web.balance]})` : 'spread evenly over the instances'}. Each connection has its own user and credential. Latency is taken in microseconds into histograms.`,
    'The unit of evidence is the round, not the request: requests of one trial share their processes and their moment. Ratios are taken within a round, then averaged, with a t interval over the rounds. The scenarios of one table share an estimate of how much ratios scatter; one that scatters more keeps its own.',
    `A verdict must hold for all comparisons of a pair at once, of every workload, number of instances and figure (a simultaneous interval, after Bonferroni). Within ${formatPercentPoints(config.equivalenceMargin * 100)} % counts as equal.`,
    'A trial does not count when the load generator was the limit, when client and server count differently, when any answer was unexpected, when an instance got over twice the share of another, or when throughput was still moving.',
  ]);
}

/** Strategies with credentials that one instance alone knows. */
function atEachInstance({ strategies, config }: Result): string {
  const names = strategies.filter(({ stateIn }) => stateIn === 'instance').map(({ name }) => name);
  return names.length > 0
    ? ` (${listOf(names)}: at the fresh instances of each trial${config.web ? ', through the web tier' : ''})`
    : '';
}

/** "0.5 to 2.5": the shortest and the longest of the trials. */
function warmUps(trials: Trial[]): string {
  const seconds = trials.map((trial) => trial.warmUpSeconds);
  if (seconds.length === 0) return 'some';
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)].map((each) => each.toFixed(1));
  return least === most ? `${least}` : `${least} to ${most}`;
}
