/** lab compare --target: deployments that the lab does not start, made sure of before the first request of a load. */
import { mostConnections } from '../../experiments/compare/most-connections.js';
import { createProgress } from '../../experiments/compare/progress.js';
import { runComparison } from '../../experiments/compare/run.js';
import { workloadNamed } from '../../load/workloads/registry.js';
import { openAddressGate, resolveOnce, withoutBrackets } from '../../network/allowed-addresses.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import { renderReports } from '../../report/render-reports.js';
import { openTargetContext } from '../../targets/open-target-context.js';
import { type OpenTargets, openTargets } from '../../targets/open-targets.js';
import { type LocatedTarget, locateTargets, tokenVariable } from '../../targets/target-address.js';
import { seededUsers, usersOfFile } from '../../targets/target-users.js';
import { listOf } from '../../text/format.js';
import { agentsFrom } from '../options/agent-options.js';
import type { CompareOptions } from '../options/options.js';
import { type TargetPlan, targetConfigFrom, targetPlanFrom } from '../options/target-config.js';
import { tellComparison } from './tell-comparison.js';
import type { VerbContext } from './verb.js';
import { withAgents, withLoadFrom } from './with-agents.js';

/** @throws LabError of whatever is wrong with a target, before any load is sent */
export async function compareTargets(
  options: CompareOptions,
  { signal, alongside, stdout, stderr }: VerbContext,
): Promise<void> {
  const talk = options.json ? stderr : stdout;
  const emit = createProgress(talk);
  const say = (message: string) => emit({ type: 'stage', message });
  const plan = targetPlanFrom(options);
  const located = await locate(plan);
  const needed = plan.connections + plan.spareUsers;
  const users = plan.usersFile ? await usersOfFile(plan.usersFile, needed) : seededUsers(needed);
  await assertOpenFiles(
    mostConnections({ ...plan, loadWorkers: 1, instances: [1] }, located.length),
  );
  const agents = await agentsFrom(options, process.env);
  const finished = await withAgents(
    agents,
    { addresses: addressesOf(located), signal, say },
    async (team) => {
      const opened = await openTargets({
        ...plan,
        targets: located,
        tokens: tokensOf(located, process.env),
        users,
        workloads: plan.workloads.map(workloadNamed),
        signal,
        say,
      });
      for (const line of toldBefore(plan, opened)) say(line);
      return runComparison({
        config: withLoadFrom(team, targetConfigFrom(options, plan, opened)),
        open: openTargetContext(opened, plan.lastingSeconds),
        strategies: [],
        agents: team,
        outFolder: options.out ?? 'results',
        becomesLatest: true,
        render: renderReports,
        signal,
        alongside,
        emit,
      });
    },
  );
  tellComparison(finished, options, { stdout, stderr });
}

function addressesOf(targets: readonly LocatedTarget[]): { host: string; port: number }[] {
  return targets.flatMap(({ addresses }) =>
    addresses.map(({ origin }) => {
      const { hostname, port } = new URL(origin);
      return { host: withoutBrackets(hostname), port: Number(port || 80) };
    }),
  );
}

async function locate({ asked, allowed }: TargetPlan): Promise<LocatedTarget[]> {
  const resolve = resolveOnce();
  const gate = await openAddressGate(allowed, resolve);
  return locateTargets(asked, gate, await openAddressGate([], resolve));
}

/** What is empty is as good as not there. */
function tokensOf(
  targets: readonly LocatedTarget[],
  environment: NodeJS.ProcessEnv,
): ReadonlyMap<string, string> {
  return new Map(
    targets.flatMap(({ name }) => {
      const token = environment[tokenVariable(name)];
      return token ? [[name, token] as const] : [];
    }),
  );
}

/** What somebody should know before the load, while it can still be stopped. */
function toldBefore({ workloads }: TargetPlan, { targets }: OpenTargets): string[] {
  const writing = workloads.filter((name) => workloadNamed(name).writes);
  const unknown = targets.flatMap(({ name, cpu }) =>
    cpu.from === null ? [`CPU time of ${name} is not known: ${cpu.why}`] : [],
  );
  return [
    ...(writing.length > 0
      ? [
          `${listOf(writing)} writes posts into the databases of the targets, and deletes them again; a few may stay`,
        ]
      : []),
    ...unknown,
  ];
}
