/** lab drill: breaks a running system on purpose, and says of each strategy whether it held. */
import { relative } from 'node:path';
import { summariseDrill } from '../../analyse/drills/summarise-drill.js';
import { runDrills } from '../../experiments/drill/run-drills.js';
import { describeService, describeWholeService } from '../../fleet/service-commands.js';
import type { DrillResult } from '../../model/drill-schema.js';
import { LabError, usageError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { renderDrills } from '../../report/drills/render-drills.js';
import { verdictInWords } from '../../report/drills/words.js';
import {
  DRILLED_STRATEGIES,
  drillOptions,
  drillsNamed,
  judgeDrillConditions,
  parseDrillConditions,
} from '../options/drill-options.js';
import { nodeOptionsFrom } from '../options/node-options.js';
import { postgresFrom } from '../options/postgres-option.js';
import { redisFrom } from '../options/redis-option.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const CONTROL = 'session';
const MOST_NAMES = 100;

export const drill: Verb = {
  measures: 'kept',
  summary: 'break a running system on purpose: does each strategy hold?',
  positionals: '[NAME …]',
  options: async () => drillOptions((await describeService()).map(({ name }) => name)),
  async run(words, { signal, stdout, stderr }) {
    const { strategies: known, accessTokenTtlSeconds } = await describeWholeService();
    const names = known.map(({ name }) => name);
    const { options, positionals } = parseOptions(words, drillOptions(names), MOST_NAMES);
    const redis = redisFrom(options);
    const postgres = postgresFrom(options);
    const drills = drillsNamed(positionals, options.all, redis, postgres);
    const wanted = options.strategies ?? DRILLED_STRATEGIES.filter((name) => names.includes(name));
    const failOn = options['fail-on'];
    const conditions = failOn === undefined ? [] : parseDrillConditions(failOn, drills, wanted);
    const talk = options.json ? stderr : stdout;
    const { result, folder } = await runDrills({
      names: drills,
      ...{ redis, postgres },
      repetitions: options.repetitions ?? 5,
      strategies: wanted.map((name) => strategyNamed(name, known)),
      control: strategyNamed(CONTROL, known),
      instances: options.instances ?? 2,
      perSecond: options.rate ?? 50,
      nodeOptions: nodeOptionsFrom(undefined),
      configuredLifeSeconds: accessTokenTtlSeconds,
      command: ['npm run lab -- drill', ...words].join(' '),
      outFolder: options.out ?? 'results/drills',
      render: renderDrills,
      signal,
      say: (line) => talk.write(`${line}\n`),
    });
    talk.write(`\n${summaryOf(result)}\n`);
    const shown = relative('.', folder) || '.';
    talk.write(`\nReport: ${shown}/report.html (open it in a browser)\n`);
    if (options.json) stdout.write(`${JSON.stringify(result)}\n`);
    if (signal.aborted) return;
    const { broken, undecided } = judgeDrillConditions(conditions, result);
    if (broken.length > 0) {
      throw new LabError('CONDITION_BROKEN', `Fails on ${broken.join(', and on ')}.`);
    }
    if (undecided.length > 0) {
      throw usageError(
        'CONDITION_UNDECIDED',
        `Nothing can be said of ${undecided.join(', nor of ')}.`,
      );
    }
  },
};

function strategyNamed(name: string, known: readonly DescribedStrategy[]): DescribedStrategy {
  return known.find((each) => each.name === name) as DescribedStrategy;
}

function summaryOf({ drills }: DrillResult): string {
  return drills
    .map((each) => {
      const lines = summariseDrill(each).map(
        (summary) => `  ${summary.variant.padEnd(16)} ${verdictInWords(summary)}`,
      );
      return [each.name, ...lines].join('\n');
    })
    .join('\n\n');
}
