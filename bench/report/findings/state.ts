/**
 * What a reader must know of the run before any figure: how complete and how sound it is.
 */
import { countOf } from '../../text/count-of.js';
import type { ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

/** By the codes of the rules of validity; a code without a name is shown as it is. */
const REASONS: Record<string, string> = {
  'load-generator-limit': 'the load generator was the limit',
  'counts-differ': 'client and server counted differently',
  'limit-not-held': 'limits of CPU time were not in force',
  'littles-law': 'connections, throughput and latency contradict each other (Little’s law)',
  'unexpected-answers': 'unexpected answers',
  'uneven-instances': 'instances unevenly loaded',
  'not-steady': 'throughput not steady',
  'nothing-measured': 'nothing measured',
  'instance-lost': 'a process of the service was lost',
};

export function stateFindings({ result, mainPairs, controlPairs }: ReportView): Finding[] {
  const { trials, config, environment, partial } = result;
  const planned = config.order.length;
  const valid = trials.filter((trial) => trial.valid);
  const invalid = trials.length - valid.length;
  const texts: string[] = [];
  if (partial) {
    texts.push(
      `This run ended before its plan did: ${trials.length} of ${countOf(planned, 'trial')} were measured. What follows rests on those alone.`,
    );
  }
  // A plan that asked for none may stand beside a question that needed some.
  if (config.cpuLimits && environment.cpuLimiterMissing !== undefined) {
    texts.push(
      `This run went on without limits of CPU time that were asked for, so it says nothing of instances of a fixed size. ${environment.cpuLimiterMissing}`,
    );
  }
  if (trials.length === 0) {
    texts.push('No trial was measured, so there is nothing to say about any strategy.');
  } else if (valid.length === 0) {
    texts.push(
      `None of the ${countOf(trials.length, 'trial')} is a valid measurement, so there is no verdict. Reasons: ${reasonsOf(result)}.`,
    );
  } else if (invalid > 0) {
    texts.push(
      `${invalid} of ${countOf(trials.length, 'trial')} ${invalid === 1 ? 'is' : 'are'} invalid and left out of every mean and verdict. Reasons: ${reasonsOf(result)}.`,
    );
  }
  if (invalid > valid.length) texts.push(...whatToDo(result));
  const roundsWithTrials = new Set(valid.map(({ round }) => round)).size;
  if (roundsWithTrials === 1) {
    const measured = new Set(trials.map(({ round }) => round)).size;
    const one =
      measured === 1
        ? 'There is one round only.'
        : `Of ${measured} rounds one only has valid trials.`;
    texts.push(
      `${one} One value says nothing of the spread, so there are no intervals and no verdicts: a difference seen here may be chance.`,
    );
  }
  if (
    trials.length > 0 &&
    mainPairs.length + controlPairs.length === 0 &&
    new Set(config.order.map(({ variant }) => variant)).size === 1
  ) {
    texts.push('One strategy only was measured, so there is nothing to compare it with.');
  }
  return texts.map((text) => finding('state', text, { caution: true }));
}

/** "throughput not steady: 3 trials; unexpected answers: 1 trial" */
function reasonsOf({ trials }: ReportView['result']): string {
  const byCode = new Map<string, number>();
  for (const trial of trials.filter(({ valid }) => !valid)) {
    for (const reason of new Set(trial.invalidReasons.map((known) => known.code))) {
      byCode.set(reason, (byCode.get(reason) ?? 0) + 1);
    }
  }
  const parts = [...byCode].map(
    ([reason, count]) =>
      `${REASONS[reason] ?? reason.replaceAll('-', ' ')}: ${countOf(count, 'trial')}`,
  );
  return parts.length > 0 ? parts.join('; ') : 'none was recorded';
}

/** Reasons that a quieter machine or a longer look at it takes away; others are faults to be found. */
const FROM_NOISE = new Set(['not-steady', 'load-generator-limit']);

function whatToDo({ trials, config }: ReportView['result']): string[] {
  const disturbed = trials.filter(({ invalidReasons }) =>
    invalidReasons.some((reason) => FROM_NOISE.has(reason.code)),
  );
  if (disturbed.length * 2 <= trials.length) return [];
  const seconds = Math.max(5, 2 * config.seconds);
  const rounds = Math.max(10, 2 * config.rounds);
  return [
    `When most trials do not count, the machine was busy with something else or too noisy for so short a look. Close other programs, make the window longer (--seconds ${seconds}), and add rounds (--rounds ${rounds}, or --until-sure): each round has another chance.`,
  ];
}
