/**
 * What a reader must know before believing a figure of this run, as data with a stable code.
 * A table: each entry looks at the whole result and says what it sees, or nothing.
 */

import { conditionsOf, validTrialsOf } from '../model/condition.js';
import { databaseOf } from '../model/databases.js';
import type { Result, Warning } from '../model/result-schema.js';
import { withInstances } from '../model/scenario.js';
import { inSentence } from '../model/tiers.js';
import { tiersOfEveryRun, tiersOfRun } from '../model/tiers-of-run.js';
import { countOf } from '../text/count-of.js';
import { METRICS } from './metrics.js';
import { outlierRounds } from './outliers.js';

type Look = (result: Result) => Warning[];

const LOOKS: readonly Look[] = [
  partialRun,
  otherRuns,
  fewRounds,
  limitsMissing,
  moreProcessesThanCores,
  stolenTime,
  invalidTrials,
  unmeasuredServers,
  unlikeAnswers,
  outliers,
];

export function warningsOf(result: Result): Warning[] {
  return LOOKS.flatMap((look) => look(result));
}

function partialRun({ partial, trials, config, sustained }: Result): Warning[] {
  if (!partial) return [];
  if (sustained) {
    return [{ code: 'partial-run', message: 'The run ended early: not every rate was confirmed.' }];
  }
  return [
    {
      code: 'partial-run',
      message: `The run ended early: ${trials.length} of ${countOf(config.order.length, 'trial')} ${trials.length === 1 ? 'was' : 'were'} measured.`,
    },
  ];
}

function otherRuns({ environment: { alongside = [] } }: Result): Warning[] {
  if (alongside.length === 0) return [];
  return [
    {
      code: 'other-runs',
      message: `Meanwhile others measured on this machine: ${alongside.join('; ')}. They took CPU time from this run at moments that nothing here shows, so do not rely on its figures.`,
    },
  ];
}

function fewRounds({ config, sustained }: Result): Warning[] {
  // A logout is asked of several logins at once, and has no rounds.
  if (config.rounds > 1 || sustained || config.question === 'logout') return [];
  return [
    {
      code: 'single-round',
      message:
        'One round has no repeats: there are no intervals and no verdicts. Use --profile quick or more --rounds.',
    },
  ];
}

function limitsMissing({ config, environment }: Result): Warning[] {
  if (!config.cpuLimits || !environment.cpuLimiterMissing) return [];
  return [
    {
      code: 'cpu-limits-missing',
      message: `Not every process had the limit that was asked for. ${environment.cpuLimiterMissing} The curve over instances then says how this machine shares its cores; costs per request, and what is calculated from them, still hold.`,
    },
  ];
}

/** Everything runs on this machine; each process wants a core of its own. */
function moreProcessesThanCores({ config, environment, strategies }: Result): Warning[] {
  // Where the processes of targets run, and how many there are, is not known.
  if (config.targets) return [];
  const { cores } = environment;
  const predictionServers = config.variants.some(
    ({ environment }) => environment.PREDICTION === 'server',
  );
  const companions = Math.max(0, ...strategies.map((known) => known.companions?.length ?? 0));
  const beside = companions + (environment.web?.workers ?? 0) + Number(predictionServers);
  const stores = tiersOfEveryRun(databaseOf(config)).filter(({ scope }) => scope === 'run').length;
  // A store counts as one, however many processes it has.
  const senders = config.agents ? 0 : config.loadWorkers;
  const processesWith = (instances: number) => instances + senders + stores + beside;
  const crowded = config.instances.filter((count) => processesWith(count) > cores);
  const [fewest] = crowded;
  if (fewest === undefined) return [];
  const processes = processesWith(fewest);
  return [
    {
      code: 'more-processes-than-cores',
      message: `With ${list(crowded)} instance${crowded.length === 1 && fewest === 1 ? '' : 's'} there are more busy processes than cores (with ${fewest}: ${countOf(processes, 'process', 'processes')} on ${countOf(cores, 'core')}). They take CPU time from each other, so throughput and latency say how this machine shares its cores, and adding instances need not add throughput. CPU time per request is the figure to trust.`,
    },
  ];
}

function stolenTime({ trials }: Result): Warning[] {
  const noisy = trials.filter((trial) => (trial.machine.stealShare ?? 0) > 0.05);
  if (noisy.length === 0) return [];
  const worst = Math.max(...noisy.map((trial) => trial.machine.stealShare ?? 0));
  return [
    {
      code: 'stolen-cpu-time',
      message: `In ${noisy.length} of ${countOf(trials.length, 'trial')} the hypervisor gave more than 5 % of the CPU time to other machines (at worst ${Math.round(worst * 100)} %). Times and throughput of these trials are worse than they would be on a quiet machine.`,
    },
  ];
}

function invalidTrials({ trials }: Result): Warning[] {
  const invalid = trials.filter((trial) => !trial.valid);
  if (invalid.length === 0) return [];
  const codes = [
    ...new Set(invalid.flatMap((trial) => trial.invalidReasons.map((reason) => reason.code))),
  ];
  return [
    {
      code: 'invalid-trials',
      message: `${invalid.length} of ${countOf(trials.length, 'trial')} ${invalid.length === 1 ? 'is' : 'are'} invalid (${codes.join(', ')}) and left out of every comparison.`,
    },
  ];
}

function unmeasuredServers(result: Result): Warning[] {
  const measured = result.trials.filter((trial) => trial.valid);
  const servers = tiersOfRun(result).filter(({ scope }) => scope === 'fleet' || scope === 'run');
  return servers.flatMap((tier) => {
    const unknown = measured.filter((trial) => trial.cpuMicrosecondsPerRequest[tier.id] === null);
    if (unknown.length === 0) return [];
    return [
      {
        code: `${tier.id}-unmeasured`,
        message: `The CPU time of ${inSentence(tier)} could not be measured in ${countOf(unknown.length, 'trial')} (it runs on another machine, or its process cannot be read), so totals leave these trials out.`,
      },
    ];
  });
}

/** Two deployments may hold other data, and then do other work. */
function unlikeAnswers({ config: { variants } }: Result): Warning[] {
  const [first, ...others] = variants.flatMap(({ id, target }) => (target ? [{ id, target }] : []));
  if (!first) return [];
  return others.flatMap(({ id, target }) =>
    target.answers.flatMap(({ workload, bytes, sha256 }) => {
      const own = first.target.answers.find((answer) => answer.workload === workload);
      if (!own || own.sha256 === sha256) return [];
      return [
        {
          code: 'answers-differ',
          message: `Before the load, ${first.id} and ${id} answered the same request of ${workload} with different bodies (${own.bytes} and ${bytes} bytes, ids and times left aside). They may not do equal work.`,
        },
      ];
    }),
  );
}

function outliers({ trials, config }: Result): Warning[] {
  return METRICS.flatMap((metric) =>
    conditionsOf(config).flatMap((condition) => {
      const rounds = outlierRounds(
        validTrialsOf(condition, trials).flatMap((trial) => {
          const value = metric.of(trial);
          return value === null ? [] : [{ round: trial.round, value }];
        }),
      );
      if (rounds.length === 0) return [];
      const { variant, workload } = condition;
      return [
        {
          code: 'outlier',
          message: `${metric.label} of ${variant}, ${workload}${withInstances(condition).replace(' with', ',')}: ${rounds.length === 1 ? `round ${list(rounds)} lies far from the others. It is` : `rounds ${list(rounds)} lie far from the others. They are`} kept in all figures.`,
        },
      ];
    }),
  );
}

function list(numbers: readonly number[]): string {
  return numbers.join(', ').replace(/, ([^,]+)$/, ' and $1');
}
