import type { Summary } from '../../analyse/summarise.js';
import { validTrialsOf } from '../../model/condition.js';
import { meanWithInterval } from '../../statistics/statistics.js';
import {
  type Block,
  type Cell,
  heading,
  left,
  paragraph,
  right,
  table,
} from '../../text/blocks.js';
import { code, formatEstimate, formatMean, NO_INTERVAL_BELOW } from '../../text/format.js';
import { measuredSummaries, type ReportView } from '../view.js';

const PERCENTILES = ['p50', 'p90', 'p99', 'max'] as const;

/** Apart for each kind of request; nothing where no workload has several. */
export function latencyByRequest(view: ReportView): Block[] {
  const rows = measuredSummaries(view).flatMap((summary) => rowsOf(summary, view));
  if (rows.length === 0) return [];
  return [
    heading('Apart for each kind of request'),
    paragraph(
      'A workload that mixes kinds of requests shows here what one kind does to the others: the figures above are of all together.',
    ),
    ...table(
      `Latency in milliseconds by kind of request: mean of the valid rounds, p99 with the 95 % interval. ${NO_INTERVAL_BELOW}.`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        left('Request'),
        right('Answers'),
        right('p50'),
        right('p90'),
        right('p99'),
        right('Longest'),
      ],
      rows,
      4,
    ),
  ];
}

function rowsOf(summary: Summary, { result }: ReportView): Cell[][] {
  const trials = validTrialsOf(summary, result.trials);
  const kinds = trials[0]?.latencyByRequest?.map(({ request }) => request) ?? [];
  return kinds.map((request) => {
    const found = trials.flatMap(
      ({ latencyByRequest = [] }) =>
        latencyByRequest.find((each) => each.request === request) ?? [],
    );
    const [p50, p90, p99, max] = PERCENTILES.map((name) => {
      const values = found.flatMap(({ latencyMs }) => latencyMs?.[name] ?? []);
      return values.length > 0 ? meanWithInterval(values) : null;
    });
    return [
      code(summary.workload),
      summary.variant,
      String(summary.instances),
      code(request),
      found.reduce((sum, { requests }) => sum + requests, 0).toLocaleString('en'),
      formatMean(p50 ?? null),
      formatMean(p90 ?? null),
      formatEstimate(p99 ?? null),
      formatMean(max ?? null),
    ];
  });
}
