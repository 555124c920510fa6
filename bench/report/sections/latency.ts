import type { Trial } from '../../model/result-schema.js';
import { type Block, left, paragraph, right, table } from '../../text/blocks.js';
import { code, formatMean, formatNumber } from '../../text/format.js';
import { LATENCY_CAPTION, latencyChart } from '../charts/latency.js';
import type { Finding } from '../findings/finding.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { eventLoop } from './event-loop.js';
import { latencyByRequest } from './latency-by-request.js';

const PERCENTILES = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

export function latency(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  return [
    paragraph(
      `Time from sending a request to its whole answer, in milliseconds. p99 means: 99 % of requests took at most that long. ${loadOf(view)}`,
    ),
    {
      kind: 'figures',
      caption: LATENCY_CAPTION,
      charts: view.result.config.workloads
        .filter((workload) => summaries.some((summary) => summary.workload === workload))
        .map((workload) => latencyChart(view, workload)),
    },
    ...table(
      'Latency in milliseconds: mean of the valid rounds.',
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Mean'),
        right('p50'),
        right('p90'),
        right('p95'),
        right('p99'),
        right('p99.9'),
        right('Longest'),
      ],
      summaries.map(({ workload, variant, instances, latencyMs }) => [
        code(workload),
        variant,
        String(instances),
        ...PERCENTILES.map((name) => formatMean(latencyMs[name])),
      ]),
      3,
    ),
    ...latencyByRequest(view),
    ...eventLoop(view),
  ];
}

function loadOf({ result: { config, trials } }: ReportView): string {
  if (config.offered) {
    const { rateRps, arrivals } = config.offered;
    return `Requests were sent by a plan of ${formatNumber(rateRps)} a second (${arrivals === 'poisson' ? 'as independent users would, Poisson' : 'one equal gap'}), whatever the answers did. A latency begins when the request was due, so what waited for the connection or the sender counts too.`;
  }
  return `The load was a closed loop of ${connectionsOf(config.workloads, trials)}: each sends its next request as soon as the last is answered. So these are latencies under full load, and they rise with the number of connections.`;
}

/** "100 connections", or by workload where one of them has fewer of its own accord. */
function connectionsOf(workloads: readonly string[], trials: readonly Trial[]): string {
  const counts = workloads.map((workload) => {
    const used = trials.filter((trial) => trial.workload === workload);
    const values = [...new Set(used.map(({ connections }) => connections))].sort((a, b) => a - b);
    return { workload, text: values.join(', ') };
  });
  const [first] = counts;
  if (counts.every(({ text }) => text === first?.text)) {
    return first?.text === '1' ? '1 connection' : `${first?.text} connections`;
  }
  return `so many connections: ${counts.map(({ workload, text }) => `${text} on ${workload}`).join('; ')}`;
}
