import { METRICS } from '../../analyse/metrics.js';
import type { Comparison } from '../../model/result-schema.js';
import { isSameScenario } from '../../model/scenario.js';
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
import { targetsInWords } from '../targets/what-targets.js';
import type { Pair, ReportedVariant, ReportView } from '../view.js';
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
    ...glance(pairs, view.result.config.equivalenceMargin),
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

function whatWasCompared({ variants, result }: ReportView): string {
  if (result.config.targets) return whatTargetsWereCompared(result);
  const described = variants.map((variant) => {
    const inFull = variants.length > MOST_DESCRIBED ? [] : descriptionOf(variant, variants);
    const shown = [variant.difference, ...inFull].filter((part) => part !== '').join(', ');
    return shown === '' ? variant.id : `${variant.id} (${shown})`;
  });
  const { workloads, instances, rounds } = result.config;
  const ofOneVariant = variants.some(({ environment }) => Object.keys(environment).length > 0)
    ? ' Values in brackets are environment variables that only that variant had; the number after # tells variants of one strategy apart.'
    : '';
  return `The same API was run with ${listOf(described)}.${ofOneVariant} Each was loaded on ${listOf(workloads.map(code))}, with ${listOf(instances.map(String))} ${instances.length === 1 && instances[0] === 1 ? 'instance' : 'instances'} of the service, in ${countOf(rounds, 'round')}. All figures below come from that run on one machine.`;
}

function whatTargetsWereCompared({ config }: ReportView['result']): string {
  const { variants, workloads, rounds } = config;
  return `Deployments were measured as they are: ${targetsInWords(variants)}. Each was loaded on ${listOf(workloads.map(code))}, in ${countOf(rounds, 'round')}, from one machine.`;
}

/** Said of the first variant of a strategy only. */
function descriptionOf(
  { id, strategy, summary, control }: ReportedVariant,
  variants: readonly ReportedVariant[],
): string[] {
  if (variants.find((other) => other.strategy === strategy)?.id !== id) return [];
  return [control && !/control/i.test(summary) ? 'the control' : '', uncapitalised(summary)];
}

/** One row a scenario, one column a metric; a single table, however many strategies. */
function glance(pairs: readonly Pair[], equivalenceMargin: number): Block[] {
  const [first] = pairs;
  if (!first) return [];
  const metrics = METRICS.filter(({ name }) =>
    pairs.some(({ comparisons }) => comparisons.some(({ metric }) => metric === name)),
  );
  const many = pairs.length > 1;
  const baseline = pairs.every((pair) => pair.baseline === first.baseline) ? first.baseline : null;
  const who = many ? 'each strategy' : first.candidate;
  return table(
    `At a glance: ${who} measured against ${baseline ?? 'its baseline'}. In brackets: the 95 % interval, in %. “Equal” means within ${formatPercentPoints(equivalenceMargin * 100)} %. A winner needs more than that interval: one that holds for all figures of the pair at once (“Every comparison” has both), so “not proven” stands beside an interval that does not include 0.`,
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
  const each = comparisons.filter(({ metric }) => metric === metrics[0]);
  return each.map((scenario) => [
    code(scenario.workload),
    countOf(scenario.instances, 'instance'),
    ...metrics.map((name): Cell => {
      const found = comparisons.find(
        (other) => other.metric === name && isSameScenario(other, scenario),
      );
      return found ? glanceCell(found) : '';
    }),
  ]);
}

function glanceCell(comparison: Comparison): Cell {
  const { ratio, interval95, verdict: word, rounds } = comparison;
  if (ratio === null || rounds === 0)
    return { word: verdictWord(comparison), detail: '', verdict: 'unsure' };
  return { word: verdictWord(comparison), detail: signedChange(ratio, interval95), verdict: word };
}
