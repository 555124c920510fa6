/** Figures of login storms as lines of text, with the verdict. Pure. */
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
      ['strategy', 'idle p50', 'p99', 'storm p50', 'p99', 'p99 ratio', 'at most', 'verdict'],
      ...storms.map((storm) => [
        storm.strategy,
        storm.idleP50Ms.toFixed(2),
        storm.idleP99Ms.toFixed(2),
        storm.stormP50Ms.toFixed(2),
        storm.stormP99Ms.toFixed(2),
        (storm.stormP99Ms / storm.idleP99Ms).toFixed(2),
        String(P99_RATIO_MAX),
        judgeStorm(storm),
      ]),
    ]),
    ...storms.map(describeLogins),
  ];
}

/** "met", or everything that is not as it should be. */
export function judgeStorm(storm: StormFigures): string {
  const wrong = Object.keys(storm.loginStatuses).filter((status) => !LOGIN_STATUSES.has(status));
  const faults = [
    storm.stormP99Ms > P99_RATIO_MAX * storm.idleP99Ms && 'checks starve',
    storm.checksNot200 > 0 && `${storm.checksNot200} checks failed`,
    wrong.length > 0 && `logins answered ${wrong.join(', ')}`,
    storm.longestLoginMs > LOGIN_ANSWER_MS_MAX && 'a login hung',
  ].filter((fault) => fault !== false);
  return faults.length === 0 ? 'met' : `missed: ${faults.join('; ')}`;
}

function describeLogins(storm: StormFigures): string {
  const statuses = Object.entries(storm.loginStatuses)
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');
  return `${storm.strategy}: ${storm.arrivalsPerSecond.toFixed(1)} logins/s arrived, ${storm.capacityPerSecond.toFixed(1)} is what it can; answers ${statuses}; the slowest took ${Math.round(storm.longestLoginMs)} ms; the sender was at most ${storm.senderLateP99Ms.toFixed(1)} ms late (p99)`;
}
