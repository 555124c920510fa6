/** lab crowd: holds many users at once, each with a connection of its own, and says what that takes. */
import { relative } from 'node:path';
import { runCrowd } from '../../experiments/crowd/run-crowd.js';
import { describeService } from '../../fleet/service-commands.js';
import { planCrowd } from '../../load/crowd/plan-crowd.js';
import { readCrowdMachine } from '../../load/crowd/read-machine.js';
import type { CrowdResult } from '../../model/crowd-schema.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { failuresOf, formatCount, formatGrowth } from '../../report/crowd/crowd-sections.js';
import { renderCrowd } from '../../report/crowd/render-crowd.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber } from '../../text/format.js';
import {
  assertShared,
  CROWD_DEFAULTS,
  CROWD_STRATEGIES,
  crowdOptions,
  gapOf,
  loginsOf,
} from '../options/crowd-options.js';
import { nodeOptionsFrom } from '../options/node-options.js';
import { randomSeed } from '../options/run-options.js';
import { parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

export const crowd: Verb = {
  measures: 'kept',
  summary: 'many users at once, each with a connection: what does it take to hold them?',
  options: async () => crowdOptions((await describeService()).map(({ name }) => name)),
  async run(words, { signal, stdout, stderr }) {
    const known = await describeService();
    const { options } = parseOptions(words, crowdOptions(known.map(({ name }) => name)));
    const { users = CROWD_DEFAULTS.users } = options;
    const strategies = (options.strategies ?? CROWD_STRATEGIES).map(
      (name) => known.find((each) => each.name === name) as DescribedStrategy,
    );
    assertShared(strategies);
    const gapSeconds = gapOf(options.gap);
    const machine = await readCrowdMachine();
    const plan = planCrowd(
      {
        ...{ users, instances: options.instances ?? null, web: options.web !== undefined },
        gapSeconds: (gapSeconds[0] + gapSeconds[1]) / 2,
      },
      machine,
    );
    const talk = options.json ? stderr : stdout;
    const say = (line: string) => talk.write(`${line}\n`);
    say(
      `${countOf(users, 'user')}: ${countOf(plan.instances, 'instance')}, ${countOf(plan.senders, 'sender')}${plan.addressesOfSender > 0 ? `, ${countOf(plan.addressesOfSender, 'address', 'addresses')} each` : ''}`,
    );
    if (plan.notice !== null) say(plan.notice);
    const { result, folder } = await runCrowd({
      ...{ users, strategies, plan, gapSeconds, openFilesLimit: machine.openFiles },
      seconds: options.seconds ?? CROWD_DEFAULTS.seconds,
      connectPerSecond: options['connect-rate'] ?? CROWD_DEFAULTS.connectPerSecond,
      waveSeconds: options.wave ?? CROWD_DEFAULTS.waveSeconds,
      logins: loginsOf(options.logins, users),
      seed: options.seed ?? randomSeed(),
      nodeOptions: nodeOptionsFrom(undefined),
      command: ['npm run lab -- crowd', ...words].join(' '),
      outFolder: options.out ?? 'results/crowds',
      render: renderCrowd,
      ...{ signal, say },
    });
    say(`\n${summaryOf(result)}`);
    say(`\nReport: ${relative('.', folder) || '.'}/report.html (open it in a browser)`);
    if (options.json) stdout.write(`${JSON.stringify(result)}\n`);
  },
};

function summaryOf({ variants, users }: CrowdResult): string {
  return variants
    .map(({ strategy, failure, connect, asking, bytesAsked }) => {
      if (failure !== null) return `${strategy}: ${failure}`;
      if (!connect || !asking) return `${strategy}: not measured to the end`;
      const { latencyMs, planned, seconds } = asking;
      return [
        `${strategy}: ${formatCount(connect.connected)} of ${formatCount(users)} users connected`,
        `  ${formatCount(planned)} requests in ${formatNumber(seconds)} s, ${formatCount(failuresOf(asking))} failed${latencyMs ? `; p50 ${formatNumber(latencyMs.p50)} ms, p99 ${formatNumber(latencyMs.p99)} ms` : ''}`,
        `  each user takes ${formatGrowth(bytesAsked?.application)} bytes of the application and ${formatGrowth(bytesAsked?.redis)} of Redis`,
      ].join('\n');
    })
    .join('\n');
}
