import type { Result } from '../../model/result-schema.js';
import { type Block, list } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { listOf } from '../../text/format.js';
import { lostAgents } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import { fewRounds, neighbours } from '../sections/caveats.js';
import type { ReportView } from '../view.js';

export function targetCaveats({ result, mainPairs }: ReportView, _findings: Finding[]): Block[] {
  const { config } = result;
  const texts: (string | null)[] = [
    'A target is measured as it is deployed: strategy, code, machine, stores, proxies and the network to it, all at once. A difference between two targets is a difference of all that, and this run cannot tell which part makes it.',
    'Who else used the targets meanwhile is known only where a target counts its requests; and whether something else kept their machines busy is not known at all.',
    whereTheyAre(result),
    lostAgents(result),
    neighbours(result),
    fewRounds(result),
    `The load was ${countOf(config.connections, 'connection')} of as many users to each target${config.offered ? '' : ', as fast as they could. That is no count of simultaneous users: people pause between requests'}.`,
    config.offered
      ? null
      : 'It was a closed loop, so it cannot show how latency grows when requests arrive faster than they are answered.',
    `Nothing was measured but ${listOf(config.workloads)}, for ${config.seconds} s in a trial. Slow effects (memory growth, expiry of sessions, garbage collection of a large heap) do not show.`,
    'No target was compared with itself, so it is not known how much two equal deployments differ here.',
    'What limits a target is not known: its processes, stores and machines are not seen.',
    mainPairs.length > 1
      ? `${countOf(mainPairs.length, 'target')} were measured against ${mainPairs[0]?.baseline}. The simultaneous interval holds for all comparisons of one of them, not for all of them at once.`
      : null,
  ];
  return list(texts.filter((text) => text !== null));
}

function whereTheyAre({ config }: Result): string {
  const here = config.variants.filter(({ target }) =>
    target?.addresses.some(({ ofThisMachine }) => ofThisMachine),
  );
  if (config.agents) {
    return 'The load came from agents on other machines: the network between each of them and the targets is part of every latency, and may differ from agent to agent.';
  }
  if (here.length === 0) {
    return 'The load came from another machine than the targets: the network between them is part of every latency.';
  }
  return `Addresses of ${listOf(here.map(({ id }) => id))} are of the machine that sent the load, so whatever serves there took CPU time from the load generator and the other way round, unless it only passes requests on.`;
}
