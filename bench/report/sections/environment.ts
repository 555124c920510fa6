import { databaseOf } from '../../model/databases.js';
import type { Environment, RunConfig } from '../../model/result-schema.js';
import { inOrderOfRequest, inSentence, tierOf } from '../../model/tiers.js';
import { type Block, left, table } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { code, formatMegabytes, formatNumber, formatShare, formatTime } from '../../text/format.js';
import { agentRows } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import { databaseProduct, type ReportView } from '../view.js';
import { BALANCE_WORDS } from '../wording.js';

export function environment(view: ReportView, _findings: Finding[]): Block[] {
  const { result } = view;
  const { environment: where, config, lab } = result;
  const database = databaseOf(config);
  const measured = lab.wallSeconds > 0 ? lab.measuredSeconds / lab.wallSeconds : null;
  const rows: [string, string][] = [
    ['Processor', `${where.cpuModel}, ${countOf(where.cores, 'core')}`],
    ['Memory', `${formatNumber(where.memoryBytes / 1e9)} GB`],
    ['System', `${where.platform}, kernel ${where.kernel}`],
    ['Node.js', where.node],
    ['Flags of Node.js', code(config.nodeOptions?.join(' ') || 'none')],
    [databaseProduct(view), storeOf(where[database])],
    ['Redis', storeOf(where.redis)],
    ...webRows(config, where),
    ...latencyRows(where),
    ...agentRows(where),
    ['Lab', `${where.lab}, commit ${commitOf(where)}`],
    [
      'Packages',
      Object.entries(where.packages)
        .map((entry) => entry.join(' '))
        .join(', '),
    ],
    [
      'Options',
      `profile ${config.profile}; ${countOf(config.rounds, 'round')}; window ${config.seconds} s after ${config.warmUpSeconds} s of warm-up; ${countOf(config.connections, 'connection')}; ${countOf(config.users, 'user')}; ${countOf(config.posts, 'post')}; seed ${config.seed}`,
    ],
    ...limitRows(config, where),
    ...variableRows(config),
    ['Started', formatTime(result.startedAt)],
    ['Ended', result.endedAt ? formatTime(result.endedAt) : 'not recorded'],
    [
      'The lab itself',
      `${formatNumber(lab.wallSeconds)} s in all, ${formatShare(measured)} of it inside measured windows; at most ${formatMegabytes(lab.peakRssBytes)} MB of memory`,
    ],
  ];
  return table('Machine, versions and options of this run.', [left('What'), left('Value')], rows);
}

function limitRows(
  { cpuLimits, connectionsPerInstance }: RunConfig,
  { cpuLimiter, cpuLimiterMissing }: Environment,
): [string, string][] {
  if (!cpuLimits) return [];
  const shares = inOrderOfRequest(Object.keys(cpuLimits).map(tierOf)).flatMap((tier) => {
    const cores = cpuLimits[tier.id] ?? null;
    const name = tier.scope === 'instance' ? 'each instance' : inSentence(tier);
    return cores === null ? [] : [`${name} ${cores} of a core`];
  });
  const held = cpuLimiter ?? 'not held: nothing on this machine can';
  const how = cpuLimiter && cpuLimiterMissing ? `${held}; not all of them` : held;
  return [
    ['Held to', `${shares.join(', ')} (${how})`],
    ...(connectionsPerInstance === undefined
      ? []
      : [
          ['Connections', `${connectionsPerInstance} for each instance`] satisfies [string, string],
        ]),
  ];
}

function variableRows({ variants }: RunConfig): [string, string][] {
  return variants
    .map(({ id, environment }) => [id, Object.entries(environment)] as const)
    .filter(([, entries]) => entries.length > 0)
    .map(([id, entries]) => [
      `Variables of ${id}`,
      entries.map((entry) => code(entry.join('='))).join(', '),
    ]);
}

function latencyRows({ storeLatency }: Environment): [string, string][] {
  if (!storeLatency) return [];
  const { eachWayMs, roundTripMs } = storeLatency;
  return [
    [
      'Way to the stores',
      `${eachWayMs} ms longer each way, by a proxy of the lab; a round trip to Redis took ${formatNumber(roundTripMs)} ms`,
    ],
  ];
}

function webRows({ web }: RunConfig, { web: server }: Environment): [string, string][] {
  if (!web || !server) return [];
  return [
    [
      'Web tier',
      `nginx ${server.version}, ${server.startedBy}, ${countOf(server.workers, 'worker')}, ${BALANCE_WORDS[web.balance]}`,
    ],
  ];
}

function storeOf(store: { version: string; startedBy: string } | null | undefined): string {
  return store ? `${store.version}, ${store.startedBy}` : 'not used';
}

export function commitOf({
  commit,
  dirty,
}: {
  commit: string | null;
  dirty: boolean | null;
}): string {
  if (commit === null) return 'unknown';
  return `${code(commit.slice(0, 12))}${dirty ? ' with changes that were not committed' : ''}`;
}
