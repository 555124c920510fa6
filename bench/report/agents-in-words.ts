/** What a report says of the machines that sent the load. Pure. */
import type { Environment, Result } from '../model/result-schema.js';
import { countOf } from '../text/count-of.js';
import { formatNumber, listOf } from '../text/format.js';

/** "2 processes of its own", or of which other machines. @param here where no agent sent anything */
export function sourceOfLoad({ config, environment: { agents } }: Result, here: string): string {
  const processes = countOf(config.loadWorkers, 'process', 'processes');
  if (!config.agents || !agents) return `${processes} ${here}`;
  const names = [...new Set(agents.map(({ name }) => name))];
  return `${processes} on ${config.agents === 1 ? 'another machine' : `${config.agents} other machines`} (${config.agents === 1 ? 'the agent' : 'the agents'} ${listOf(names)}), which begin and end each window at one moment by clocks that were compared`;
}

/** For the table of machines and versions; none where the load came from the lab's own. */
export function agentRows({ agents = [] }: Environment): [string, string][] {
  return agents.map((agent) => [
    `Agent ${agent.name}`,
    [
      ...[countOf(agent.cores, 'core'), `${formatNumber(agent.memoryBytes / 1e9)} GB`],
      ...[agent.platform, `Node.js ${agent.node}`, countOf(agent.loadWorkers, 'load worker')],
      `clock ${formatNumber(agent.clockOffsetMs)} ms off, known to ${formatNumber(agent.clockUncertaintyMs)} ms`,
    ].join('; '),
  ]);
}

/** null where all agents were there from the beginning to the end, or none was asked for. */
export function lostAgents({ trials, config }: Result): string | null {
  if (!config.agents) return null;
  const without = trials.filter(({ agents = [] }) => agents.length < (config.agents as number));
  const lost = trials.filter(({ agents = [] }) => agents.some((agent) => agent.lost !== undefined));
  if (without.length + lost.length === 0) return null;
  return `Agents were lost: in ${countOf(lost.length, 'trial')} one was lost in the middle, and ${countOf(without.length, 'trial')} of ${trials.length} had fewer than ${config.agents}. The same load then came from fewer machines. Trials that were not whole do not count.`;
}
