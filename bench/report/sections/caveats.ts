import type { Result } from '../../model/result-schema.js';
import { inSentence } from '../../model/tiers.js';
import { tiersOfRun } from '../../model/tiers-of-run.js';
import { type Block, list } from '../../text/blocks.js';
import { countOf } from '../../text/count-of.js';
import { code, formatShare, formatTime, listOf } from '../../text/format.js';
import { lostAgents } from '../agents-in-words.js';
import type { Finding } from '../findings/finding.js';
import { databaseProduct, type ReportView } from '../view.js';
import { wordingOf } from '../wording.js';

type Caveat = (result: Result, view: ReportView) => string | null;

/** Above this share, time taken by other guests of the host shows in the figures. */
const NOTABLE_STEAL_SHARE = 0.01;
const FEW_ROUNDS = 5;
const FEW_PAIRS = 3;

/** What the run cannot show, as a table of questions put to the result: each may have no answer. */
const CAVEATS: readonly Caveat[] = [
  ({ environment }) =>
    `Everything ran on one host and spoke over its loopback interface. There was no network${environment.web ? ' and no TLS' : ', no TLS and no proxy'}. A real network adds the same delay to both strategies, and once more for each question to Redis${environment.web ? ' and each request that nginx passes on' : ''}.`,
  lostAgents,
  crowding,
  neighbours,
  fewRounds,
  ({ config }) =>
    `The load was ${countOf(config.connections, 'connection')} of ${countOf(config.users, 'user')}, as fast as they could. That is no count of simultaneous users: people pause between requests.`,
  () =>
    'It was a closed loop, so it cannot show how latency grows when requests arrive faster than they are answered.',
  ({ config }) =>
    `Nothing was measured above ${countOf(Math.max(...config.instances), 'instance')}, and nothing but ${listOf(config.workloads)}. Do not extend the lines.`,
  ({ config }) =>
    `Each measured window was ${config.seconds} s. Slow effects (memory growth, expiry of sessions, garbage collection of a large heap) do not show.`,
  noiseFloor,
  (_, { mainPairs }) =>
    mainPairs.length <= FEW_PAIRS
      ? null
      : `${mainPairs.length} strategies were measured against ${mainPairs[0]?.baseline}. The simultaneous interval holds for all comparisons of one of them, not for all of them at once. Among so many, expect one false winner now and then, and repeat the run before you rely on a single verdict.`,
  (_, { variants }) =>
    variants.some(({ control }) => control)
      ? null
      : 'There was no control without authentication, so the share of authentication in these costs is not known.',
  unmeasured,
  () =>
    'Only cost and speed were measured. What each strategy can do (ending a session at once, surviving the loss of Redis) stands under “What was compared” as the service declares it.',
];

export function caveats(view: ReportView, _findings: Finding[]): Block[] {
  return list(CAVEATS.map((caveat) => caveat(view.result, view)).filter((text) => text !== null));
}

function crowding({ trials, environment }: Result, view: ReportView): string {
  const most = Math.max(0, ...trials.map(({ processes }) => processes.length));
  const cores = countOf(environment.cores, 'core');
  return most > environment.cores
    ? `The machine has ${cores}, and up to ${countOf(most, 'process', 'processes')} of the run wanted one at the same time (${databaseProduct(view)} counted as one). They waited for each other. Throughput and latency show this machine as much as the strategies.`
    : `The machine has ${cores}, shared by service, stores and load generator. Other machines give other figures, and may give other ratios.`;
}

export function neighbours({ trials }: Result): string {
  const shares = trials.map(({ machine }) => machine.stealShare).filter((share) => share !== null);
  if (shares.length === 0) {
    return 'Whether other guests of the same host took CPU time could not be measured.';
  }
  const most = Math.max(...shares);
  return most >= NOTABLE_STEAL_SHARE
    ? `Noisy neighbours: in the worst trial the hypervisor gave ${formatShare(most)} of the CPU time to others. Differences of that size are not to be trusted.`
    : `The hypervisor took at most ${formatShare(most)} of the CPU time in any trial. Neighbours can still disturb caches and clock speed unseen.`;
}

export function fewRounds({ trials }: Result): string | null {
  const rounds = new Set(trials.map(({ round }) => round)).size;
  if (rounds === 0 || rounds >= FEW_ROUNDS) return null;
  return rounds === 1
    ? 'One round has no spread: it cannot tell a difference from chance.'
    : `${rounds} rounds give wide intervals. “Cannot tell” here often means “too few rounds”, not “no difference”.`;
}

function noiseFloor({ calibration }: Result, { sameProgramPairs }: ReportView): string | null {
  if (sameProgramPairs.length > 0) return null;
  if (!calibration) {
    return 'No strategy was compared with itself, so the noise floor of this machine is not known. `npm run lab -- calibrate` measures it.';
  }
  const each = calibration.noise.flatMap(({ metric, byRounds }) => {
    const [fewest] = byRounds;
    return fewest ? [`${formatShare(fewest.detectable)} in ${wordingOf(metric).question}`] : [];
  });
  const rounds = calibration.noise[0]?.byRounds[0]?.rounds ?? 0;
  return `The noise floor of this machine was measured on ${formatTime(calibration.measuredAt)} with ${calibration.strategy} against itself, on ${code(calibration.workload)} with ${countOf(calibration.instances, 'instance')}. There, ${countOf(rounds, 'round')} can find differences from about ${listOf(each)}; smaller ones take more.`;
}

function unmeasured(result: Result): string | null {
  const { trials } = result;
  const missing = tiersOfRun(result).filter(
    ({ id }) =>
      trials.length > 0 && trials.every((trial) => trial.cpuMicrosecondsPerRequest[id] === null),
  );
  return missing.length === 0
    ? null
    : `The CPU time of ${listOf(missing.map(inSentence))} could not be measured, for instance because it ran on another machine. The cost of all servers together is unknown then.`;
}
