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
      `The ratio is taken within each round, second strategy over first, and then averaged (geometric mean). Above 1 the second has more, below 1 less. A verdict needs the wider interval, which holds for all comparisons of the two at once, of every workload, number of instances and figure, to leave out 1. “Equal” needs the 95 % interval to lie within ${formatRatio(1 / (1 + result.config.horizon))} to ${formatRatio(1 + result.config.horizon)}. Anything else is “unsure”.`,
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

function pairTable({ baseline, candidate, comparisons: cells }: Pair): Block[] {
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
      right('Wider interval'),
      right('Rounds'),
    ],
    cells.map((cell): Cell[] => [
      code(cell.workload),
      String(cell.instances),
      `${wordingOf(cell.metric).heading} (${unitOf(cell.metric)})`,
      { word: verdictWord(cell), detail: '', verdict: cell.verdict },
      amountOf(cell.metric, cell.baselineMean),
      amountOf(cell.metric, cell.candidateMean),
      formatRatio(cell.ratio),
      formatRatioInterval(cell.interval95),
      formatRatioInterval(cell.familyInterval),
      String(cell.rounds),
    ]),
    3,
  );
}

function amountOf(metric: string, mean: number | null): string {
  return unitOf(metric) === 'µs' ? formatMicroseconds(mean) : formatNumber(mean);
}
