import { type Block, left, table } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { formatMegabytes, formatNumber, formatShare, formatTime } from '../../text/format.js';
import { agentRows } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import { commitOf } from '../sections/environment.js';
import type { ReportView } from '../view.js';

/** Of the machine that sent the load: those of the targets are not known. */
export function targetEnvironment({ result }: ReportView, _findings: Finding[]): Block[] {
  const { environment: where, config, lab } = result;
  const measured = lab.wallSeconds > 0 ? lab.measuredSeconds / lab.wallSeconds : null;
  const posts = config.posts === 0 ? '' : `; ${countOf(config.posts, 'post')} asked for`;
  const rows: [string, string][] = [
    ['Processor', `${where.cpuModel}, ${countOf(where.cores, 'core')}`],
    ['Memory', `${formatNumber(where.memoryBytes / 1e9)} GB`],
    ['System', `${where.platform}, kernel ${where.kernel}`],
    ['Node.js of the load generator', where.node],
    ...agentRows(where),
    ['Lab', `${where.lab}, commit ${commitOf(where)}`],
    [
      'Packages that measure',
      Object.entries(where.packages)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
    [
      'Options',
      `profile ${config.profile}; ${countOf(config.rounds, 'round')}; ${config.seconds} s after ${config.warmUpSeconds} s of warm-up; ${countOf(config.connections, 'connection')}, a user each${posts}; seed ${config.seed}`,
    ],
    ['Started', formatTime(result.startedAt)],
    ['Ended', result.endedAt ? formatTime(result.endedAt) : 'not recorded'],
    [
      'The lab itself',
      `${formatNumber(lab.wallSeconds)} s in all, ${formatShare(measured)} of it inside measured windows; at most ${formatMegabytes(lab.peakRssBytes)} MB of memory`,
    ],
  ];
  return table(
    `${config.agents ? 'The machine that led, the agents that sent the load' : 'The machine that sent the load'}, versions and options of this run. Machines, versions and stores of the targets are not known, but for what they say (“What was compared”).`,
    [left('What'), left('Value')],
    rows,
  );
}
