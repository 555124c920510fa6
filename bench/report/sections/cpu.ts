import {
  type Block,
  type Cell,
  heading,
  left,
  paragraph,
  right,
  table,
} from '../../text/blocks.js';
import {
  code,
  formatEstimate,
  formatMean,
  formatMicroseconds,
  NO_INTERVAL_BELOW,
} from '../../text/format.js';
import { CPU_CAPTION, cpuChart } from '../charts/cpu.js';
import { controlComparisons, differenceOf } from '../findings/control.js';
import type { Finding } from '../findings/finding.js';
import { serversOf } from '../servers.js';
import { databaseProduct, measuredSummaries, type ReportView } from '../view.js';
import { signedChange, verdictWord, wordingOf } from '../wording.js';

export function cpu(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  const servers = serversOf(view.result);
  const has = (kind: string) => servers.some((server) => server.kind === kind);
  return [
    paragraph(
      `CPU time per request, in microseconds (µs, millionths of a second), for each kind of process. Lower is better. It drifts less than throughput does on a shared machine. “All servers” are ${has('web') ? 'the web tier (nginx with all its workers), ' : ''}application, Redis and ${databaseProduct(view)}${has('authority') ? ', and the authority of the strategies that have one (– where there is none)' : ''}${has('prediction') ? ', and the prediction server where there is one' : ''}. The load generator is shown apart: it is the measuring tool, not part of the service.`,
    ),
    {
      kind: 'figures',
      caption: CPU_CAPTION,
      charts: view.result.config.workloads
        .filter((workload) => summaries.some((summary) => summary.workload === workload))
        .map((workload) => cpuChart(view, workload)),
    },
    ...table(
      `CPU time per request in µs: mean of the valid rounds. All servers with the 95 % interval. ${NO_INTERVAL_BELOW}.`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        ...servers.map(({ label }) => right(label)),
        right('All servers'),
        right('Load generator'),
      ],
      summaries.map(({ workload, variant, instances, cpuMicrosecondsPerRequest, ...others }) => [
        code(workload),
        variant,
        String(instances),
        ...servers.map(({ kind }) =>
          formatMean(cpuMicrosecondsPerRequest[kind], formatMicroseconds),
        ),
        formatEstimate(others.serverCpuMicrosecondsPerRequest, formatMicroseconds),
        formatMean(cpuMicrosecondsPerRequest.loadGenerator, formatMicroseconds),
      ]),
      3,
    ),
    ...authentication(view),
  ];
}

/** Each strategy over the control without authentication. */
function authentication({ controlPairs }: ReportView): Block[] {
  const rows = controlPairs.flatMap((pair) =>
    controlComparisons(pair).map((comparison): Cell[] => [
      code(comparison.workload),
      comparison.candidate,
      String(comparison.instances),
      formatMicroseconds(comparison.baselineMean),
      formatMicroseconds(comparison.candidateMean),
      formatMicroseconds(differenceOf(comparison)),
      signedChange(comparison.ratio ?? 1, comparison.interval95),
      {
        word: verdictWord(comparison),
        detail: '',
        verdict: comparison.verdict,
      },
    ]),
  );
  if (rows.length === 0) return [];
  return [
    heading('What authentication costs'),
    ...table(
      `CPU time per request in µs, of each strategy and of the control without authentication in the same rounds (${wordingOf(controlPairs.flatMap(controlComparisons)[0]?.metric ?? '').heading}).`,
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Control'),
        right('Strategy'),
        right('Difference'),
        left('As a ratio (95 % interval)'),
        left('Verdict'),
      ],
      rows,
      3,
    ),
  ];
}
