import { inSentence, type Tier } from '../../model/tiers.js';
import { tiersExpected } from '../../model/tiers-of-run.js';
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
  listOf,
  NO_INTERVAL_BELOW,
} from '../../text/format.js';
import { CPU_CAPTION, cpuChart } from '../charts/cpu.js';
import { controlComparisons, differenceOf } from '../findings/control.js';
import type { Finding } from '../findings/finding.js';
import { labTiersOf, serversOf } from '../servers.js';
import { measuredSummaries, type ReportView } from '../view.js';
import { signedChange, verdictWord, wordingOf } from '../wording.js';

export function cpu(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  const servers = serversOf(view.result);
  const labTiers = labTiersOf(view.result);
  return [
    paragraph(
      `CPU time per request, in microseconds (µs, millionths of a second), for each kind of process. Lower is better. It drifts less than throughput does on a shared machine. “All servers” are ${allServers(view)}. The load generator is shown apart: it is the measuring tool, not part of the service.`,
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
        ...labTiers.map(({ label }) => right(label)),
      ],
      summaries.map(({ workload, variant, instances, cpuMicrosecondsPerRequest, ...others }) => [
        code(workload),
        variant,
        String(instances),
        ...servers.map(({ id }) => formatMean(cpuMicrosecondsPerRequest[id], formatMicroseconds)),
        formatEstimate(others.serverCpuMicrosecondsPerRequest, formatMicroseconds),
        ...labTiers.map(({ id }) => formatMean(cpuMicrosecondsPerRequest[id], formatMicroseconds)),
      ]),
      3,
    ),
    ...authentication(view),
  ];
}

/** "the web tier (nginx with all its workers), application, Redis and PostgreSQL, and the authority of …" */
function allServers({ result }: ReportView): string {
  const servers = serversOf(result);
  const always = tiersExpected(result.config);
  const [first = servers.length] = servers.flatMap((tier, index) =>
    isAmong(always, tier) ? [index] : [],
  );
  const before = servers.slice(0, first).map((tier) => `${inSentence(tier)}${workersOf(tier)}, `);
  const after = servers
    .slice(first)
    .filter((tier) => !isAmong(always, tier))
    .map((tier) => `, and ${inSentence(tier)} ${whereItIs(tier)}`);
  const middle = listOf(servers.filter((tier) => isAmong(always, tier)).map(({ word }) => word));
  return [...before, middle, ...after].join('');
}

function isAmong(tiers: readonly Tier[], { id }: Tier): boolean {
  return tiers.some((tier) => tier.id === id);
}

function workersOf({ threads, program }: Tier): string {
  return threads === 'workers' ? ` (${program ?? 'it'} with all its workers)` : '';
}

function whereItIs({ presence }: Tier): string {
  return presence === 'some-strategies'
    ? 'of the strategies that have one (– where there is none)'
    : 'where there is one';
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
