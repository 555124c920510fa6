import { METRICS } from '../../analyse/metrics.js';
import { strategyOfArm } from '../../model/arms.js';
import type { Comparison } from '../../model/result-schema.js';
import {
  type Block,
  type Cell,
  heading,
  left,
  list,
  notice,
  paragraph,
  table,
} from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { code, formatPercentPoints, listOf, uncapitalised } from '../../text/format.js';
import type { Finding, Topic } from '../findings/finding.js';
import type { Arm, Pair, ReportView } from '../view.js';
import { signedChange, verdictWord, wordingOf } from '../wording.js';
import { workloadTable } from '../workload-table.js';

/** The answer first: state, answer in short, verdicts at a glance, limits, noise. */
export function verdict(view: ReportView, findings: Finding[]): Block[] {
  const of = (topic: Topic) => findings.filter((known) => known.topic === topic);
  const pairs = view.mainPairs.length > 0 ? view.mainPairs : view.controlPairs;
  return [
    paragraph(whatWasCompared(view)),
    ...workloadTable(view.result),
    ...of('state').map(({ text }) => notice(text)),
    ...list(textsOf([...of('short'), ...of('control')]), 'strong'),
    ...glance(pairs, view.result.config.horizon),
    ...(of('limit').length > 0 ? [heading('What limited the runs')] : []),
    ...list(textsOf(of('limit'))),
    ...(of('noise').length > 0 ? [heading('The noise floor: a strategy against itself')] : []),
    ...of('noise')
      .filter(({ caution }) => caution)
      .map(({ text }) => notice(text)),
    ...list(textsOf(of('noise').filter(({ caution }) => !caution))),
  ];
}

function textsOf(findings: Finding[]): string[] {
  return findings.map(({ text }) => text);
}

/** More of them are named only: a sentence each would be a page, and stands in the next section. */
const MOST_DESCRIBED = 3;

function whatWasCompared({ arms, result }: ReportView): string {
  const described = arms.map((arm) => {
    const what = [arm.variant, ...(arms.length > MOST_DESCRIBED ? [] : descriptionOf(arm, arms))];
    const shown = what.filter((part) => part !== '').join(', ');
    return shown === '' ? arm.name : `${arm.name} (${shown})`;
  });
  const { workloads, instances, rounds, variables } = result.config;
  const ofOneSide =
    Object.keys(variables ?? {}).length > 0
      ? ' Values in brackets are environment variables that only that side had; the number after # tells sides of one strategy apart.'
      : '';
  return `The same API was run with ${listOf(described)}.${ofOneSide} Each was loaded on ${listOf(workloads.map(code))}, with ${listOf(instances.map(String))} ${instances.length === 1 && instances[0] === 1 ? 'instance' : 'instances'} of the service, in ${countOf(rounds, 'round')}. All figures below come from that run on one machine.`;
}

/** Said of the first side of a strategy only. */
function descriptionOf({ name, summary, control }: Arm, arms: readonly Arm[]): string[] {
  const first = arms.find((other) => strategyOfArm(other.name) === strategyOfArm(name));
  if (first?.name !== name) return [];
  return [control && !/control/i.test(summary) ? 'the control' : '', uncapitalised(summary)];
}

/** One row a cell, one column a metric; a single table, however many strategies. */
function glance(pairs: readonly Pair[], horizon: number): Block[] {
  const [first] = pairs;
  if (!first) return [];
  const metrics = METRICS.filter(({ name }) =>
    pairs.some(({ comparisons }) => comparisons.some(({ metric }) => metric === name)),
  );
  const many = pairs.length > 1;
  const baseline = pairs.every((pair) => pair.baseline === first.baseline) ? first.baseline : null;
  const who = many ? 'each strategy' : first.candidate;
  return table(
    `At a glance: ${who} measured against ${baseline ?? 'its baseline'}. In brackets: the 95 % interval, in %. “Equal” means within ${formatPercentPoints(horizon * 100)} %. A winner needs more than that interval: one that holds for all figures of the pair at once (“Every comparison” has both), so “unsure” may stand beside an interval that leaves out 0.`,
    [
      ...(many ? [left('Strategy')] : []),
      left('Workload'),
      left('Service'),
      ...metrics.map(({ name }) => left(wordingOf(name).heading)),
    ],
    pairs.flatMap((pair) =>
      glanceRows(
        pair,
        metrics.map(({ name }) => name),
      ).map((row) => (many ? [nameOfPair(pair, baseline), ...row] : row)),
    ),
    many ? 3 : 2,
  );
}

function nameOfPair(pair: Pair, sharedBaseline: string | null): string {
  return sharedBaseline === null ? `${pair.candidate} over ${pair.baseline}` : pair.candidate;
}

function glanceRows({ comparisons }: Pair, metrics: readonly string[]): Cell[][] {
  const cells = comparisons.filter(({ metric }) => metric === metrics[0]);
  return cells.map(({ workload, instances }) => [
    code(workload),
    countOf(instances, 'instance'),
    ...metrics.map((name): Cell => {
      const found = comparisons.find(
        (cell) =>
          cell.metric === name && cell.workload === workload && cell.instances === instances,
      );
      return found ? glanceCell(found) : '';
    }),
  ]);
}

function glanceCell(cell: Comparison): Cell {
  const { ratio, interval95, verdict: word, rounds } = cell;
  if (ratio === null || rounds === 0)
    return { word: verdictWord(cell), detail: '', verdict: 'unsure' };
  return { word: verdictWord(cell), detail: signedChange(ratio, interval95), verdict: word };
}
