import type { Summary } from '../../analyse/summarise.js';
import { validTrialsOf } from '../../model/condition.js';
import { type Block, left, paragraph, right, table } from '../../text/blocks.js';
import { code, formatMean, formatShare, NOT_MEASURED } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import { measuredSummaries, type ReportView } from '../view.js';

/** Bytes on the wire, and how the requests spread over the addresses of a target. */
export function targetTraffic(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  return [
    ...table(
      'Traffic per request: bytes between client and target (start line, headers and body).',
      [left('Workload'), left('Target'), right('Bytes sent'), right('Bytes received')],
      summaries.map(({ workload, variant, bytesPerRequest }) => [
        code(workload),
        variant,
        formatMean(bytesPerRequest.sent),
        formatMean(bytesPerRequest.received),
      ]),
      2,
    ),
    ...table(
      'Share of the requests that each address of a target answered, in the order in which they were given: mean of the valid rounds.',
      [left('Workload'), left('Target'), left('Share of address 1, 2, …')],
      summaries
        .filter(({ variant }) => addressesOf(view, variant) > 1)
        .map((summary) => [code(summary.workload), summary.variant, sharesOf(view, summary)]),
      2,
    ),
  ];
}

function addressesOf({ result }: ReportView, variant: string): number {
  const known = result.config.variants.find(({ id }) => id === variant);
  return known?.target?.addresses.length ?? 0;
}

function sharesOf({ result }: ReportView, summary: Summary): string {
  const trials = validTrialsOf(summary, result.trials);
  const [first] = trials;
  if (!first) return NOT_MEASURED;
  const means = first.perInstance.map((_, index) => {
    const shares = trials.map(({ perInstance }) => perInstance[index]?.share ?? 0);
    return formatShare(shares.reduce((sum, share) => sum + share, 0) / shares.length);
  });
  return means.join(' · ');
}
