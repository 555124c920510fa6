/** Figures of login storms as lines of text, with the verdict. Pure. */
import { median } from '../../statistics/quantile.js';
import { alignColumns } from './cost-table.js';
import type { StormFigures } from './login-storm.js';

/** 99th percentile of GET /me in the storm, at most so many times its idle value. */
const P99_RATIO_MAX = 3;
/** What does not fit is to be refused, not kept waiting. */
const LOGIN_ANSWER_MS_MAX = 2000;
const LOGIN_STATUSES = new Set(['200', '429', '503']);

export function describeStorms(storms: readonly StormFigures[]): string[] {
  return [
    'Login storm: GET /me while more logins arrive than an instance can hash (open loop, milliseconds):',
    ...alignColumns([
      ['strategy', 'idle p50', 'p99', 'storm p50', 'p99', 'p99 ratio'],
      ...storms.map((storm) => [
        storm.strategy,
        storm.idleP50Ms.toFixed(2),
        storm.idleP99Ms.toFixed(2),
        storm.stormP50Ms.toFixed(2),
        storm.stormP99Ms.toFixed(2),
        p99Ratio(storm).toFixed(2),
      ]),
    ]),
    ...storms.map(describeLogins),
    ...[...new Set(storms.map(({ strategy }) => strategy))].map((strategy) => {
      const rounds = storms.filter((storm) => storm.strategy === strategy);
      const ratio = median(rounds.map(p99Ratio)).toFixed(2);
      return `${strategy}: median p99 ratio ${ratio}, at most ${P99_RATIO_MAX}: ${judgeStorms(rounds)}`;
    }),
  ];
}

function p99Ratio({ stormP99Ms, idleP99Ms }: StormFigures): number {
  return stormP99Ms / idleP99Ms;
}

/** "met", or everything that is not as it should be in the rounds of one strategy. */
function judgeStorms(rounds: readonly StormFigures[]): string {
  const failedChecks = rounds.reduce((sum, { checksNot200 }) => sum + checksNot200, 0);
  const statuses = rounds.flatMap(({ loginStatuses }) => Object.keys(loginStatuses));
  const wrong = [...new Set(statuses)].filter((status) => !LOGIN_STATUSES.has(status));
  const faults = [
    median(rounds.map(p99Ratio)) > P99_RATIO_MAX && 'checks starve',
    failedChecks > 0 && `${failedChecks} checks failed`,
    wrong.length > 0 && `logins answered ${wrong.join(', ')}`,
    rounds.some(({ longestLoginMs }) => longestLoginMs > LOGIN_ANSWER_MS_MAX) && 'a login hung',
  ].filter((fault) => fault !== false);
  return faults.length === 0 ? 'met' : `missed: ${faults.join('; ')}`;
}

function describeLogins(storm: StormFigures): string {
  const statuses = Object.entries(storm.loginStatuses)
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');
  return `${storm.strategy}: ${storm.arrivalsPerSecond.toFixed(1)} logins/s arrived, ${storm.capacityPerSecond.toFixed(1)} is what it can; answers ${statuses}; the slowest took ${Math.round(storm.longestLoginMs)} ms; the sender was at most ${storm.senderLateP99Ms.toFixed(1)} ms late (p99)`;
}
