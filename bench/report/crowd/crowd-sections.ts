/** The report of a crowd, as sections. */
import type { CrowdAsked, CrowdResult, CrowdVariant } from '../../model/crowd-schema.js';
import { left, paragraph, right, type Section, table } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { formatNumber, NOT_MEASURED } from '../../text/format.js';
import { TIER_WORDS } from './words.js';

export function crowdSections(result: CrowdResult): Section[] {
  return [held(result), cost(result), waves(result), method(result)];
}

/** Several runs side by side: a row for each strategy of each. */
export function overview(results: readonly CrowdResult[]): Section[] {
  const each = results.flatMap((result) => result.variants.map((variant) => ({ result, variant })));
  const name = ({ result, variant }: (typeof each)[number]) => [
    `${formatCount(result.users)}${result.web === null ? '' : ', nginx'}`,
    variant.strategy,
  ];
  const percentOf = (failed: number, planned: number) =>
    failed === 0 ? '0' : `${formatCount(failed)} (${((failed / planned) * 100).toFixed(1)} %)`;
  const tier = (
    record: Record<string, number> | null,
    id: string,
    format: (value: number) => string,
  ) => (record?.[id] === undefined ? NOT_MEASURED : format(record[id]));
  return [
    {
      id: 'held',
      title: 'Held, and asked',
      blocks: table(
        'Users, each with a connection of its own; latency from the planned moment',
        [
          ...[left('users'), left('strategy'), right('instances'), right('connected after')],
          ...[right('asked for'), right('requests'), right('a second'), right('failed')],
          ...['p50', 'p99', 'p99.9'].map(right),
        ],
        each.map((one) => {
          const { connect, asking } = one.variant;
          return [
            ...name(one),
            String(one.result.instances),
            connect ? `${formatNumber(connect.seconds)} s` : NOT_MEASURED,
            `${formatNumber(one.result.seconds)} s`,
            asking ? formatCount(asking.planned) : NOT_MEASURED,
            asking ? formatCount(asking.planned / asking.seconds) : NOT_MEASURED,
            asking ? percentOf(failuresOf(asking), asking.planned) : NOT_MEASURED,
            ...latencyCells(asking?.latencyMs),
          ];
        }),
      ),
    },
    {
      id: 'cost',
      title: 'What a user cost',
      blocks: table(
        'Bytes of memory for each user after the time of asking, and cores in use while everybody asked (while nobody did)',
        [
          ...[
            left('users'),
            left('strategy'),
            right('bytes: application'),
            right('Redis'),
            right('lab'),
          ],
          ...[right('cores: application'), right('Redis'), right('PostgreSQL'), right('lab')],
        ],
        each.map((one) => {
          const { bytesAsked, askingCores, idleCores } = one.variant;
          const cores = (id: string) =>
            tier(
              askingCores,
              id,
              (value) => `${value.toFixed(2)} (${(idleCores?.[id] ?? 0).toFixed(2)})`,
            );
          return [
            ...name(one),
            tier(bytesAsked, 'application', formatGrowth),
            tier(bytesAsked, 'redis', formatGrowth),
            tier(bytesAsked, 'loadGenerator', formatGrowth),
            ...['application', 'redis', 'postgres', 'loadGenerator'].map(cores),
          ];
        }),
      ),
    },
    {
      id: 'waves',
      title: 'Waves',
      blocks: table(
        'All connections were dropped, and everybody came back with a request; then some logged in with their password while all went on asking',
        [
          ...[left('users'), left('strategy'), right('within'), right('came back, failed')],
          ...[right('p50'), right('p99'), right('logins'), right('failed requests meanwhile')],
          ...[right('p50 of a login'), right('p99 of a login'), right('p99 of all others')],
        ],
        each.map((one) => {
          const { comeBack, loginWave } = one.variant;
          const ms = (value: number | undefined) =>
            value === undefined ? NOT_MEASURED : `${formatNumber(value)} ms`;
          return [
            ...name(one),
            `${formatNumber(one.result.waveSeconds)} s`,
            comeBack ? percentOf(failuresOf(comeBack), comeBack.planned) : NOT_MEASURED,
            ms(comeBack?.latencyMs?.p50),
            ms(comeBack?.latencyMs?.p99),
            loginWave ? formatCount(loginWave.logins) : NOT_MEASURED,
            loginWave ? percentOf(failuresOf(loginWave), loginWave.planned) : NOT_MEASURED,
            ms(loginWave?.loginLatencyMs?.p50),
            ms(loginWave?.loginLatencyMs?.p99),
            ms(loginWave?.latencyMs?.p99),
          ];
        }),
      ),
    },
  ];
}

/** What came of what was planned: the one thing that says whether a crowd was held. */
export function failuresOf({ planned, answered, statuses }: CrowdAsked): number {
  const good = statuses['200'] ?? 0;
  return planned - Math.min(answered, good);
}

function held(result: CrowdResult): Section {
  const rows = result.variants.map((variant) => {
    const { connect, connectedAtEnd, asking } = variant;
    return [
      variant.strategy,
      connect ? formatCount(connect.connected) : NOT_MEASURED,
      connect ? `${formatNumber(connect.seconds)} s` : NOT_MEASURED,
      connectedAtEnd === null ? NOT_MEASURED : formatCount(connectedAtEnd),
      asking ? formatCount(asking.planned) : NOT_MEASURED,
      asking ? formatNumber(asking.planned / asking.seconds) : NOT_MEASURED,
      asking ? formatCount(failuresOf(asking)) : NOT_MEASURED,
      ...latencyCells(asking?.latencyMs),
    ];
  });
  const [least, most] = result.gapSeconds;
  return {
    id: 'held',
    title: `${formatCount(result.users)} users, each with a connection`,
    blocks: [
      paragraph(result.variants.map((variant) => inASentence(variant, result)).join(' ')),
      paragraph(
        `Each user is logged in, keeps one connection open, and asks for \`/me\` every ${least} to ${most} s, for ${formatNumber(result.seconds)} s, whether or not the answer before has come. ${describeFleet(result)}`,
      ),
      ...table(
        'Latency from the planned moment to the last byte: p50 is what half of the answers came within, p99 what 99 of 100 did, p99.9 what 999 of 1,000 did',
        [
          left('strategy'),
          ...[
            'connected',
            'after',
            'still connected at the end',
            'requests',
            'a second',
            'failed',
          ].map(right),
          ...['p50', 'p99', 'p99.9'].map(right),
        ],
        rows,
      ),
      ...result.variants.flatMap((variant) => troubleOf(variant)),
    ],
  };
}

/** Whether it held, and whether it took everybody back. */
function inASentence(variant: CrowdVariant, { users, waveSeconds }: CrowdResult): string {
  const { strategy, failure, connect, asking, comeBack } = variant;
  if (failure !== null || !connect || !asking) return `${strategy} was not measured to the end.`;
  const failed = failuresOf(asking);
  const held =
    connect.connected === users && failed === 0
      ? `${strategy} held all ${formatCount(users)}: none of ${formatCount(asking.planned)} requests failed`
      : `${strategy} held ${formatCount(connect.connected)} of ${formatCount(users)}: ${formatCount(failed)} of ${formatCount(asking.planned)} requests failed`;
  if (!comeBack) return `${held}.`;
  const lost = failuresOf(comeBack);
  return `${held}. When everybody came back within ${formatNumber(waveSeconds)} s, ${lost === 0 ? 'all' : `${formatCount(comeBack.planned - lost)} of ${formatCount(comeBack.planned)}`} had an answer within 10 s.`;
}

function troubleOf({ strategy, failure, connect, asking }: CrowdVariant) {
  const sentences = [
    failure,
    connect?.firstError && `A connection failed: ${connect.firstError}`,
    asking?.firstFailure && `A request failed: ${asking.firstFailure}`,
    asking && asking.late > 0
      ? `${formatCount(asking.late)} requests left the lab more than 20 ms after the plan`
      : null,
    asking && Object.keys(asking.statuses).some((status) => status !== '200')
      ? `Answers by status: ${countsInWords(asking.statuses)}`
      : null,
  ].filter((sentence) => typeof sentence === 'string');
  return sentences.length === 0
    ? []
    : [paragraph(`${strategy}: ${sentences.map((each) => each.replace(/\.?$/, '.')).join(' ')}`)];
}

function cost({ variants }: CrowdResult): Section {
  const tiersOf = (of: (variant: CrowdVariant) => Record<string, number> | null) => [
    ...new Set(variants.flatMap((variant) => Object.keys(of(variant) ?? {}))),
  ];
  const memory = tiersOf(({ bytesAsked }) => bytesAsked);
  const cores = tiersOf(({ askingCores }) => askingCores);
  return {
    id: 'cost',
    title: 'What a user costs',
    blocks: [
      ...table(
        'Bytes of memory for each user, after the time of asking (when all had just connected)',
        [left('strategy'), ...memory.map((tier) => right(TIER_WORDS[tier] ?? tier))],
        variants.map(({ strategy, bytesAsked, bytesConnected }) => [
          strategy,
          ...memory.map((tier) =>
            bytesAsked
              ? `${formatGrowth(bytesAsked[tier])} (${formatGrowth(bytesConnected?.[tier])})`
              : NOT_MEASURED,
          ),
        ]),
      ),
      ...table(
        'Cores in use while everybody asks (while all are connected and nobody asks)',
        [left('strategy'), ...cores.map((tier) => right(TIER_WORDS[tier] ?? tier))],
        variants.map(({ strategy, askingCores, idleCores }) => [
          strategy,
          ...cores.map((tier) =>
            askingCores
              ? `${(askingCores[tier] ?? 0).toFixed(3)} (${(idleCores?.[tier] ?? 0).toFixed(3)})`
              : NOT_MEASURED,
          ),
        ]),
      ),
    ],
  };
}

function waves({ variants, waveSeconds, logins }: CrowdResult): Section {
  const row = (strategy: string, asked: CrowdAsked | null, isLogin: boolean) => [
    strategy,
    asked ? formatCount(asked.planned) : NOT_MEASURED,
    asked ? formatCount(failuresOf(asked)) : NOT_MEASURED,
    ...latencyCells(asked?.latencyMs),
    ...(isLogin
      ? [
          asked ? formatCount(asked.logins) : NOT_MEASURED,
          asked?.loginLatencyMs ? `${formatNumber(asked.loginLatencyMs.p50)} ms` : NOT_MEASURED,
          asked?.loginLatencyMs ? `${formatNumber(asked.loginLatencyMs.p99)} ms` : NOT_MEASURED,
        ]
      : []),
  ];
  const columns = [left('strategy'), ...['requests', 'failed', 'p50', 'p99', 'p99.9'].map(right)];
  return {
    id: 'waves',
    title: 'Waves',
    blocks: [
      ...(waveSeconds > 0
        ? table(
            `All connections are dropped, and everybody comes back with a request within ${formatNumber(waveSeconds)} s: connecting is part of the latency`,
            columns,
            variants.map(({ strategy, comeBack }) => row(strategy, comeBack, false)),
          )
        : []),
      ...(waveSeconds > 0 && logins > 0
        ? table(
            `${formatCount(logins)} of them log in again within ${formatNumber(waveSeconds)} s, with their password, while all go on asking`,
            [
              ...columns,
              right('logins answered'),
              right('p50 of a login'),
              right('p99 of a login'),
            ],
            variants.map(({ strategy, loginWave }) => row(strategy, loginWave, true)),
          )
        : []),
    ],
  };
}

function method(result: CrowdResult): Section {
  const { openFilesLimit, nodeOptions, connectPerSecond, seed, command, stores } = result;
  return {
    id: 'method',
    title: 'How it was done',
    blocks: [
      paragraph(
        `Logins are made by the service's own code, without passwords, so each credential is what a login gives. Up to ${formatCount(connectPerSecond)} connections a second were opened. The senders take two milliseconds of time as one, so a latency can be up to two milliseconds too long; they give up after 10 s. An answer counts as failed unless its status is 200. Strategies are measured one after the other, once: the figures have no interval.`,
      ),
      paragraph(
        `One process may have ${openFilesLimit === null ? 'any number of' : formatCount(openFilesLimit)} files open here. Node was started with ${nodeOptions.length > 0 ? nodeOptions.map((each) => `\`${each}\``).join(' ') : 'no options'}. Stores: ${Object.values(stores).join('; ')}. The same again: \`${command}\`, with \`--seed ${seed}\`.`,
      ),
    ],
  };
}

function describeFleet({ instances, senders, addresses, web, machine }: CrowdResult): string {
  const from =
    addresses > 0
      ? `, ${senders === 1 ? 'from' : 'each from'} ${countOf(addresses, 'address', 'addresses')} of 127.0.0.0/8 of its own`
      : '';
  return `${countOf(instances, 'instance')} served them${web === null ? '' : ` behind nginx (${web})`}, and ${countOf(senders, 'process', 'processes')} of the lab sent${from}; all on one machine with ${machine.cores} cores and ${Math.round(machine.memoryBytes / 2 ** 30)} GiB.`;
}

function latencyCells(latency: CrowdAsked['latencyMs'] | undefined): string[] {
  return latency
    ? [latency.p50, latency.p99, latency.p999].map((ms) => `${formatNumber(ms)} ms`)
    : [NOT_MEASURED, NOT_MEASURED, NOT_MEASURED];
}

function countsInWords(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ');
}

export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Of memory: less than nothing is noise. */
export function formatGrowth(bytes = 0): string {
  return formatCount(Math.max(0, bytes));
}
