/** lab compare: runs the plan, prints progress and verdicts, writes a result folder. */

import { assertLimits, whyNoLimits } from '../../experiments/compare/assert-limits.js';
import { createProgress } from '../../experiments/compare/progress.js';
import { describedStrategies, runComparison } from '../../experiments/compare/run.js';
import { describeService, describeWholeService } from '../../fleet/service-commands.js';
import { SMALL_MACHINES } from '../../model/small-machines.js';
import { rerunInDelegatedGroup } from '../../processes/cpu-limits/delegated-rerun.js';
import { renderReports } from '../../report/render-reports.js';
import { namedDatabase } from '../../stores/registry.js';
import { agentsFrom } from '../options/agent-options.js';
import { asksForLimits } from '../options/limit-options.js';
import { assertNodeOptions } from '../options/node-options.js';
import { type CompareOptions, compareOptions, configFrom } from '../options/options.js';
import {
  type AskedQuestions,
  hasPlan,
  plansFor,
  questionsAsked,
} from '../options/question-options.js';
import { assertVariables } from '../options/set-option.js';
import { assertFitsTargets } from '../options/target-config.js';
import { parseOptions } from '../parse-options.js';
import { compareTargets } from './compare-targets.js';
import { tellComparison } from './tell-comparison.js';
import type { Verb } from './verb.js';
import { withAgents, withLoadFrom } from './with-agents.js';

export const compare: Verb = {
  measures: 'kept',
  summary:
    'measure strategies, or with --target deployments, side by side and write a result folder',
  options: async () => compareOptions((await describeService()).map(({ name }) => name)),
  // Under systemd a user gets control groups by starting the lab anew.
  elsewhere: async (words) => (mayHold(words) ? rerunInDelegatedGroup() : null),
  async run(words, { signal, alongside, stdout, stderr }) {
    const service = await describeWholeService();
    const { strategies: known, variables } = service;
    const names = known.map(({ name }) => name);
    const parsed = parseOptions(words, compareOptions(names)).options;
    assertFitsTargets(parsed);
    if (parsed.target) {
      await compareTargets(parsed, { signal, alongside, stdout, stderr });
      return;
    }
    const options = { ...parsed, database: namedDatabase(parsed.database, process.env) };
    const { plans, ...asked } = await whatIsAsked(options, service);
    const [config, ...further] = plans;
    assertVariables(options.set, variables);
    await assertNodeOptions(config);
    for (const plan of plans) await assertLimits(plan, process.env);
    const emit = createProgress(options.json ? stderr : stdout);
    const say = (message: string) => emit({ type: 'stage', message });
    const agents = await agentsFrom(options, process.env);
    const finished = await withAgents(agents, { addresses: INSTANCES, signal, say }, (team) =>
      runComparison({
        config: withLoadFrom(team, config),
        further,
        ...asked,
        strategies: describedStrategies(known, config.variants),
        agents: team,
        outFolder: options.out ?? 'results',
        becomesLatest: true,
        render: renderReports,
        signal,
        alongside,
        emit,
      }),
    );
    tellComparison(finished, options, { stdout, stderr });
  },
};

/** Of the lab's own: on this machine, on ports that were free. */
const INSTANCES = [{ host: '127.0.0.1', port: 0 }];

/** The questions, or one plan of one's own. */
async function whatIsAsked(
  options: CompareOptions,
  service: Awaited<ReturnType<typeof describeWholeService>>,
): Promise<Pick<AskedQuestions, 'plans'> & Partial<AskedQuestions>> {
  const questions = questionsAsked(options);
  if (questions === null) {
    return {
      plans: [
        configFrom(
          options,
          service.strategies.map(({ name }) => name),
        ),
      ],
    };
  }
  const { instanceCores: application, redisCores: redis } = SMALL_MACHINES;
  const noLimits = questions.includes('scale')
    ? await whyNoLimits({ application, redis }, options.database, process.env)
    : null;
  return plansFor(questions, options, service, noLimits);
}

/** Before the words are read as options: whether processes may have to be held to a share of a core. */
function mayHold(words: readonly string[]): boolean {
  const named = words.some((word) => word.startsWith('--questions'));
  return asksForLimits(words) || (named ? words.join(' ').includes('scale') : !hasPlan(words));
}
