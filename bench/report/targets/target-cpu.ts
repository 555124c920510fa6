import { type Block, left, paragraph, right, table } from '../../text/blocks.js';
import {
  code,
  formatEstimate,
  formatMean,
  formatMicroseconds,
  NO_INTERVAL_BELOW,
} from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import { labTiersOf } from '../servers.js';
import { measuredSummaries, type ReportView } from '../view.js';

const UNKNOWN = 'not known: the lab did not start it';

/** CPU time where a target tells it, and of what the lab started itself. No chart: a bar of no length would be a figure. */
export function targetCpu(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  const labTiers = labTiersOf(view.result);
  return [
    paragraph(
      'CPU time per request, in microseconds (µs, millionths of a second). “At its addresses” is the CPU time of the processes that answer at the addresses of a target, as they tell it themselves. What their stores, proxies and other servers need is not in it, and not known. The load generator is the measuring tool, not part of the target.',
    ),
    ...table(
      `CPU time per request in µs: mean of the valid rounds, with the 95 % interval. ${NO_INTERVAL_BELOW}.`,
      [
        left('Workload'),
        left('Target'),
        right('At its addresses'),
        ...labTiers.map(({ label }) => right(label)),
      ],
      summaries.map(({ workload, variant, cpuMicrosecondsPerRequest }) => {
        const known = cpuMicrosecondsPerRequest.application ?? null;
        return [
          code(workload),
          variant,
          known === null ? whyUnknown(view, variant) : formatEstimate(known, formatMicroseconds),
          ...labTiers.map(({ id }) =>
            formatMean(cpuMicrosecondsPerRequest[id], formatMicroseconds),
          ),
        ];
      }),
      2,
    ),
  ];
}

function whyUnknown({ result }: ReportView, variant: string): string {
  const known = result.config.variants.find(({ id }) => id === variant)?.target;
  return known?.cpuFrom === null ? UNKNOWN : 'not known: no valid trial could read it';
}
