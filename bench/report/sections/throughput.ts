import { type CellName, validTrialsOf } from '../../analyse/cells.js';
import { type Block, left, paragraph, right, table } from '../../text/blocks.js';
import {
  code,
  formatEstimate,
  formatNumber,
  formatRatio,
  NO_INTERVAL_BELOW,
  NOT_MEASURED,
} from '../../text/format.js';
import { THROUGHPUT_CAPTION, throughputChart } from '../charts/throughput.js';
import type { Finding } from '../findings/finding.js';
import { limitWords } from '../limit-words.js';
import { measuredSummaries, type ReportView } from '../view.js';

export function throughput(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  return [
    paragraph(
      'Requests answered per second, by the number of application instances. Higher is better. An instance is one process of the service.',
    ),
    {
      kind: 'figures',
      caption: THROUGHPUT_CAPTION,
      charts: view.result.config.workloads
        .filter((workload) => summaries.some((cell) => cell.workload === workload))
        .map((workload) => throughputChart(view, workload)),
    },
    ...table(
      `Throughput in requests per second: mean of the valid rounds (95 % interval), the range of those rounds, and growth over the smallest number of instances. ${NO_INTERVAL_BELOW}.`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Requests/s'),
        right('Lowest to highest round'),
        right('Growth'),
        left('Limited by'),
      ],
      summaries.map((cell) => {
        const smallest = summaries.find(
          (other) => other.strategy === cell.strategy && other.workload === cell.workload,
        );
        const growth =
          cell.throughputRps && smallest?.throughputRps && smallest.throughputRps.mean > 0
            ? `×${formatRatio(cell.throughputRps.mean / smallest.throughputRps.mean)}`
            : NOT_MEASURED;
        return [
          code(cell.workload),
          cell.strategy,
          String(cell.instances),
          formatEstimate(cell.throughputRps),
          roundsOf(view, cell),
          growth,
          cell.limit ? limitWords(cell.limit.code).word : NOT_MEASURED,
        ];
      }),
      3,
    ),
  ];
}

function roundsOf({ result }: ReportView, cell: CellName): string {
  const values = validTrialsOf(cell, result.trials).map(({ throughputRps }) => throughputRps);
  if (values.length === 0) return NOT_MEASURED;
  return `${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`;
}
