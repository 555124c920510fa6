import { type Condition, validTrialsOf } from '../../model/condition.js';
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
        .filter((workload) => summaries.some((summary) => summary.workload === workload))
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
      summaries.map((summary) => {
        const smallest = summaries.find(
          (other) => other.variant === summary.variant && other.workload === summary.workload,
        );
        const growth =
          summary.throughputRps && smallest?.throughputRps && smallest.throughputRps.mean > 0
            ? `×${formatRatio(summary.throughputRps.mean / smallest.throughputRps.mean)}`
            : NOT_MEASURED;
        return [
          code(summary.workload),
          summary.variant,
          String(summary.instances),
          formatEstimate(summary.throughputRps),
          roundsOf(view, summary),
          growth,
          summary.limit ? limitWords(summary.limit.code).word : NOT_MEASURED,
        ];
      }),
      3,
    ),
  ];
}

function roundsOf({ result }: ReportView, condition: Condition): string {
  const values = validTrialsOf(condition, result.trials).map(({ throughputRps }) => throughputRps);
  if (values.length === 0) return NOT_MEASURED;
  return `${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`;
}
