/** Agents of `lab compare`: there before the run begins, and told at its end. */
import { type AgentTeam, gatherAgents } from '../../load/agents/agent-team.js';
import { labVersion } from '../../measure/environment.js';
import { blocksOf } from '../../model/planned-trials.js';
import type { RunConfig } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { type AskedAgents, agentCommand } from '../options/agent-options.js';

export interface AgentMeans {
  /** That the run will load; port 0: any port there. */
  addresses: readonly { host: string; port: number }[];
  signal: AbortSignal;
  say(line: string): void;
}

/**
 * @param asked null: the load comes from this machine
 * @throws LabError of gatherAgents, and AGENT_REFUSES, exit code 2, before any load is sent
 */
export async function withAgents<Outcome>(
  asked: AskedAgents | null,
  { addresses, signal, say }: AgentMeans,
  use: (team: AgentTeam | undefined) => Promise<Outcome>,
): Promise<Outcome> {
  if (!asked) return use(undefined);
  const team = await gatherAgents({
    ...asked,
    version: labVersion(),
    signal,
    say,
    onListening(listening) {
      say(
        `Waiting for ${countOf(asked.wanted, 'agent')}. On each of these machines, in a checkout of the same commit:\n  ${agentCommand(asked, listening, addresses)}`,
      );
    },
  });
  try {
    await team.assertMayLoad(addresses);
    return await use(team);
  } finally {
    await team.close();
  }
}

/** What only the agents say: how many processes send. @throws LabError AGENT_TOO_SMALL */
export function withLoadFrom(team: AgentTeam | undefined, config: RunConfig): RunConfig {
  if (!team) return config;
  const loadWorkers = Math.min(config.connections, team.loadWorkers());
  const sizes = blocksOf(config.order).map((block) => block.length);
  const variants = Math.max(1, ...sizes);
  team.assertRoom(variants * Math.ceil(config.connections / loadWorkers));
  return { ...config, loadWorkers };
}
