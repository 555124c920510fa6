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
import { controlCells, differenceOf } from '../findings/control.js';
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
        .filter((workload) => summaries.some((cell) => cell.workload === workload))
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
      summaries.map(({ workload, strategy, instances, cpuMicrosecondsPerRequest, ...cell }) => [
        code(workload),
        strategy,
        String(instances),
        ...servers.map(({ kind }) =>
          formatMean(cpuMicrosecondsPerRequest[kind], formatMicroseconds),
        ),
        formatEstimate(cell.serverCpuMicrosecondsPerRequest, formatMicroseconds),
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
    controlCells(pair).map((cell): Cell[] => [
      code(cell.workload),
      cell.candidate,
      String(cell.instances),
      formatMicroseconds(cell.baselineMean),
      formatMicroseconds(cell.candidateMean),
      formatMicroseconds(differenceOf(cell)),
      signedChange(cell.ratio ?? 1, cell.interval95),
      {
        word: verdictWord(cell),
        detail: '',
        verdict: cell.verdict,
      },
    ]),
  );
  if (rows.length === 0) return [];
  return [
    heading('What authentication costs'),
    ...table(
      `CPU time per request in µs, of each strategy and of the control without authentication in the same rounds (${wordingOf(controlPairs.flatMap(controlCells)[0]?.metric ?? '').heading}).`,
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
