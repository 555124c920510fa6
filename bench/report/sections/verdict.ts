import { METRICS } from '../../analyse/metrics.js';
import type { Comparison } from '../../result/schema.js';
import { type Block, type Cell, heading, left, list, notice, paragraph, table } from '../blocks.js';
import type { Finding, Topic } from '../findings/finding.js';
import { code, countOf, formatPercentPoints, listOf } from '../format.js';
import type { Pair, ReportView } from '../view.js';
import { signedChange, wordingOf } from '../wording.js';

/** The answer first: state, answer in short, verdicts at a glance, limits, noise. */
export function verdict(view: ReportView, findings: Finding[]): Block[] {
  const of = (topic: Topic) => findings.filter((known) => known.topic === topic);
  const pairs = view.mainPairs.length > 0 ? view.mainPairs : view.controlPairs;
  return [
    paragraph(whatWasCompared(view)),
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
  const described = arms.map(({ name, summary, control }) => {
    const what = [control && !/control/i.test(summary) ? 'the control' : '', summary]
      .filter((part) => part !== '')
      .join(', ');
    return what === '' || arms.length > MOST_DESCRIBED ? name : `${name} (${what})`;
  });
  const { workloads, instances, rounds } = result.config;
  return `The same API was run with ${listOf(described)}. Each was loaded on ${listOf(workloads.map(code))}, with ${listOf(instances.map(String))} ${instances.length === 1 && instances[0] === 1 ? 'instance' : 'instances'} of the service, in ${countOf(rounds, 'round')}. All figures below come from that run on one machine.`;
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

function glanceCell({ metric, ratio, interval95, verdict: word, rounds }: Comparison): Cell {
  if (ratio === null || rounds === 0) return { word: 'no data', detail: '', verdict: 'unsure' };
  const what = rounds === 1 ? 'one round' : wordingOf(metric).verdicts[word];
  return { word: what, detail: signedChange(ratio, interval95), verdict: word };
}
