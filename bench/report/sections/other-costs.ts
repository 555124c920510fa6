import type { Summary } from '../../analyse/summarise.js';
import { validTrialsOf } from '../../model/condition.js';
import { type Block, left, paragraph, right, table } from '../../text/blocks.js';
import { code, formatMean, formatMegabytes, formatShare, NOT_MEASURED } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import { labTiersOf, serversOf } from '../servers.js';
import { measuredSummaries, type ReportView } from '../view.js';

/** Redis commands, bytes, memory, and how evenly the instances were loaded. */
export function otherCosts(view: ReportView, _findings: Finding[]): Block[] {
  const summaries = measuredSummaries(view);
  if (summaries.length === 0) return [paragraph('No trial was measured.')];
  const servers = serversOf(view.result);
  return [
    ...table(
      'Traffic per request: commands to Redis, and bytes between client and service (start line, headers and body).',
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        right('Redis commands'),
        right('Bytes sent'),
        right('Bytes received'),
      ],
      summaries.map((summary) => [
        ...nameOf(summary),
        formatMean(summary.storeCommandsPerRequest),
        formatMean(summary.bytesPerRequest.sent),
        formatMean(summary.bytesPerRequest.received),
      ]),
      3,
    ),
    ...table(
      'Memory at the end of a trial (resident set), in megabytes (MB, millions of bytes), all processes of a kind together.',
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        ...servers.map(({ label }) => right(label)),
        ...labTiersOf(view.result).map(({ label }) => right(label)),
      ],
      summaries.map((summary) => [
        ...nameOf(summary),
        ...[...servers, ...labTiersOf(view.result)].map(({ id }) =>
          formatMegabytes(summary.rssBytes[id]?.mean),
        ),
      ]),
      3,
    ),
    ...table(
      'Share of the requests that each instance answered: mean of the valid rounds, and the smallest and largest share of any instance in any of them.',
      [
        left('Workload'),
        left('Strategy'),
        right('Instances'),
        left('Share of instance 1, 2, …'),
        left('Smallest to largest'),
      ],
      summaries
        .filter(({ instances, validRounds }) => instances > 1 && validRounds > 0)
        .map((summary) => [...nameOf(summary), ...sharesOf(view, summary)]),
      3,
    ),
  ];
}

function nameOf({ workload, variant, instances }: Summary): string[] {
  return [code(workload), variant, String(instances)];
}

function sharesOf({ result }: ReportView, summary: Summary): [string, string] {
  const shares = validTrialsOf(summary, result.trials).flatMap(({ perInstance }) => perInstance);
  if (shares.length === 0) return [NOT_MEASURED, NOT_MEASURED];
  const instances = [...new Set(shares.map(({ instance }) => instance))].sort((a, b) => a - b);
  const means = instances.map((instance) => {
    const mine = shares.filter((share) => share.instance === instance);
    return formatShare(mine.reduce((sum, { share }) => sum + share, 0) / mine.length);
  });
  const all = shares.map(({ share }) => share);
  return [
    means.join(' · '),
    `${formatShare(Math.min(...all))} to ${formatShare(Math.max(...all))}`,
  ];
}
