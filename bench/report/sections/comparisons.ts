import {
  type Block,
  type Cell,
  heading,
  left,
  list,
  paragraph,
  right,
  table,
} from '../../text/blocks.js';
import {
  code,
  formatMicroseconds,
  formatNumber,
  formatRatio,
  formatRatioInterval,
} from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import type { Pair, ReportView } from '../view.js';
import { unitOf, verdictWord, wordingOf } from '../wording.js';

export function comparisons({ allPairs, result }: ReportView, findings: Finding[]): Block[] {
  if (allPairs.length === 0) {
    return [paragraph('Nothing to compare: one strategy only.')];
  }
  return [
    paragraph(
      `The ratio is taken within each round, second strategy over first, and then averaged (geometric mean). Above 1 the second has more, below 1 less. A verdict needs the simultaneous interval, which holds for all comparisons of the two at once, of every workload, number of instances and figure, to exclude 1. “Equal” needs the 95 % interval to lie within ${formatRatio(1 / (1 + result.config.equivalenceMargin))} to ${formatRatio(1 + result.config.equivalenceMargin)}. Anything else is “not proven” where the 95 % interval excludes 1, and “cannot tell” where it does not.`,
    ),
    ...inWords(findings, result.config.workloads),
    ...(allPairs.length > 0 ? [heading('In numbers')] : []),
    ...allPairs.flatMap(pairTable),
  ];
}

function inWords(findings: Finding[], workloads: string[]): Block[] {
  return workloads.flatMap((workload) => {
    const here = findings.filter(
      (known) => known.topic === 'comparison' && known.workload === workload,
    );
    const texts = here.map(({ text }) => text);
    return texts.length > 0 ? [heading(`In words: ${code(workload)}`), ...list(texts)] : [];
  });
}

function pairTable({ baseline, candidate, comparisons: compared }: Pair): Block[] {
  return table(
    `${candidate} over ${baseline}; the verdict is on ${candidate}. Inst.: instances.`,
    [
      left('Workload'),
      right('Inst.'),
      left('What'),
      left('Verdict'),
      right(baseline),
      right(candidate),
      right('Ratio'),
      right('95 % interval'),
      right('Simultaneous interval'),
      right('Rounds'),
    ],
    compared.map((comparison): Cell[] => [
      code(comparison.workload),
      String(comparison.instances),
      `${wordingOf(comparison.metric).heading} (${unitOf(comparison.metric)})`,
      { word: verdictWord(comparison), detail: '', verdict: comparison.verdict },
      amountOf(comparison.metric, comparison.baselineMean),
      amountOf(comparison.metric, comparison.candidateMean),
      formatRatio(comparison.ratio),
      formatRatioInterval(comparison.interval95),
      formatRatioInterval(comparison.simultaneousInterval),
      String(comparison.rounds),
    ]),
    3,
  );
}

function amountOf(metric: string, mean: number | null): string {
  return unitOf(metric) === 'µs' ? formatMicroseconds(mean) : formatNumber(mean);
}
