import { type Block, heading, left, list, paragraph, right, table } from '../blocks.js';
import { cpuChart } from '../charts/cpu.js';
import type { Finding } from '../findings/finding.js';
import { code, formatEstimate, formatMean } from '../format.js';
import { measuredSummaries, type ReportView } from '../view.js';

export function cpu(view: ReportView, findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  const control = findings.filter(({ topic }) => topic === 'control').map(({ text }) => text);
  return [
    paragraph(
      'CPU time per request, in microseconds (µs, millionths of a second), for each kind of process. Lower is better. It drifts less than throughput does on a shared machine. “All servers” are application, Redis and PostgreSQL. The load generator is shown apart: it is the measuring tool, not part of the service.',
    ),
    {
      kind: 'figures',
      charts: view.result.config.workloads
        .filter((workload) => summaries.some((cell) => cell.workload === workload))
        .map((workload) => cpuChart(view, workload)),
    },
    ...table(
      'CPU time per request in µs: mean of the valid rounds. All servers with the 95 % interval.',
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Application'),
        right('Redis'),
        right('PostgreSQL'),
        right('All servers'),
        right('Load generator'),
      ],
      summaries.map(({ workload, strategy, instances, cpuMicrosecondsPerRequest, ...cell }) => [
        code(workload),
        strategy,
        String(instances),
        formatMean(cpuMicrosecondsPerRequest.application),
        formatMean(cpuMicrosecondsPerRequest.redis),
        formatMean(cpuMicrosecondsPerRequest.postgres),
        formatEstimate(cell.serverCpuMicrosecondsPerRequest),
        formatMean(cpuMicrosecondsPerRequest.loadGenerator),
      ]),
      3,
    ),
    ...(control.length > 0 ? [heading('What authentication costs')] : []),
    ...list(control),
  ];
}
