/** A capacity plan as text: tables of at most 120 columns, assumptions and warnings in sentences. */

import { left, right, type Table } from '../text/blocks.js';
import { countOf } from '../text/count-of.js';
import { formatNumber, formatShare, NOT_MEASURED } from '../text/format.js';
import { renderTextTable } from '../text/text-table.js';
import { assumptionsOf } from './assumptions.js';
import type { Check, StrategyCheck } from './check.js';
import type { CapacityPlan, StrategyPlan } from './plan.js';
import { plannedTiers } from './planned-tiers.js';
import type { Range } from './range.js';
import { warningsOfPlan } from './warnings.js';

const WIDTH = 120;

export function describePlan(plan: CapacityPlan, checks: readonly StrategyCheck[]): string {
  const { target, requestsPerSecond, logins } = plan;
  const objective = target.objectives
    .map(({ metric, limitMs }) => `${metric} at most ${limitMs} ms`)
    .join(', ');
  return [
    `${countOf(target.users, 'user')} x ${countOf(target.requestsPerUserMinute, 'request')} a minute = ${formatNumber(requestsPerSecond)} requests/s of workload ${target.workload}`,
    `${objective}; no server busier than ${formatShare(target.ceiling)}; ${formatNumber(logins.perSecond)} logins/s, ${formatNumber(logins.concurrent)} living at the same time`,
    'A calculation from measured demands, not a measurement. In brackets: from the favourable to the unfavourable end.',
    '',
    ...render(serverTable(plan)),
    ...plan.impossible.map(
      ({ strategy, fastestMs }) =>
        `${strategy}: cannot meet the objective; even without waiting, its 99th percentile is ${formatNumber(fastestMs.p99)} ms.`,
    ),
    '',
    ...render(volumeTable(plan)),
    '',
    'Calculated and simulated (discrete events), on a slice of each plan:',
    ...render(checkTable(checks)),
    '',
    'Assumptions:',
    ...assumptionsOf(plan).flatMap((sentence) => wrapped(sentence, '- ')),
    ...warningsOfPlan(plan, checks).flatMap(({ message }) => wrapped(message, '! ')),
  ].join('\n');
}

function serverTable({ strategies, database }: CapacityPlan): Table {
  const tiers = plannedTiers().filter(({ id, isDatabase }) => !isDatabase || id === database);
  return tableOf(
    [
      left('strategy'),
      ...tiers.map(({ planned }) => right(planned.servers)),
      right('cores for logins'),
      right('p50 ms'),
      right('p99 ms'),
      left('decided by'),
    ],
    strategies.map((plan) => [
      plan.strategy,
      ...tiers.map(({ id }) => serversOf(plan, id)),
      formatRange(plan.loginCores),
      formatNumber(plan.responseTimeMs.p50),
      formatNumber(plan.responseTimeMs.p99),
      plan.limitedBy === 'ceiling' ? 'the ceiling' : 'the objective',
    ]),
  );
}

function volumeTable({ strategies }: CapacityPlan): Table {
  return tableOf(
    [
      left('strategy'),
      right('instances GB'),
      right('logins in Redis GB'),
      right('in Mbit/s'),
      right('out Mbit/s'),
      right('Redis commands/s'),
    ],
    strategies.map((plan) => [
      plan.strategy,
      formatRange(plan.instanceBytes, 1e9),
      plan.loginMemory.redisBytes === null
        ? NOT_MEASURED
        : formatNumber(plan.loginMemory.redisBytes / 1e9),
      formatRange(plan.network.inBitsPerSecond, 1e6),
      formatRange(plan.network.outBitsPerSecond, 1e6),
      formatNumber(plan.redisCommandsPerSecond),
    ]),
  );
}

function checkTable(checks: readonly StrategyCheck[]): Table {
  return tableOf(
    [
      left('strategy'),
      left('service times'),
      right('slice'),
      right('p50 ms'),
      right('p99 ms'),
      left('busy share of each server'),
    ],
    checks.map(({ strategy, spread, check }) => [
      strategy,
      spread,
      formatShare(check.slice),
      compared(check, 'p50 ms'),
      compared(check, 'p99 ms'),
      check.system.stations
        .map(({ name }) => `${name} ${compared(check, `busy ${name}`)}`)
        .join('; '),
    ]),
  );
}

/** "0.689, 0.674 (−2.2 %)": calculated, simulated, difference. */
function compared({ figures }: Check, name: string): string {
  const figure = figures.find((each) => each.name === name);
  if (!figure) return NOT_MEASURED;
  const percent = (figure.difference * 100).toFixed(1).replace('-', '−');
  return `${formatNumber(figure.calculated)}, ${formatNumber(figure.simulated.mean)} (${percent}\u00a0%)`;
}

function serversOf({ tiers, demands }: StrategyPlan, tier: string): string {
  if (demands.notMeasured.includes(tier)) return NOT_MEASURED;
  const planned = tiers.find((each) => each.tier === tier);
  if (!planned) return '0';
  const { likely, low, high } = planned.servers;
  const whole = (count: number) => count.toLocaleString('en');
  return `${whole(likely)} (${whole(low)} to ${high === null ? 'no number' : whole(high)})`;
}

/** Ends that read like the figure itself are left out. */
function formatRange(range: Range | null, unit = 1): string {
  if (range === null) return NOT_MEASURED;
  const figure = formatNumber(range.likely / unit);
  const low = formatNumber(range.low / unit);
  const high = range.high === null ? 'no end' : formatNumber(range.high / unit);
  return low === figure && high === figure ? figure : `${figure} (${low} to ${high})`;
}

function tableOf(columns: Table['columns'], rows: string[][]): Table {
  return { kind: 'table', caption: '', columns, rows, rowHeaders: 1 };
}

function render(table: Table): string[] {
  return renderTextTable(table, WIDTH);
}

function wrapped(text: string, mark: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + word.length < WIDTH - mark.length) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);
}
