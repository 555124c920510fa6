/** The options of lab crowd. */
import { usageError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import { decimal, integer, listOf, oneOf, text } from '../parse-options.js';
import { RUN_OPTIONS } from './run-options.js';

export const CROWD_STRATEGIES = ['session', 'jwt'];
export const CROWD_DEFAULTS = {
  users: 1000,
  seconds: 30,
  connectPerSecond: 1000,
  waveSeconds: 30,
} as const;
const MOST_USERS = 1_000_000;
const USUAL_GAP: readonly [number, number] = [10, 30];
/** With a longer one, and the rest in between, an instance would close idle connections (after 65 s). */
const LONGEST_GAP = 30;
/** Shorter, and a request may still wait when the next one comes. */
const SHORTEST_GAP = 10;

export function crowdOptions(strategies: readonly string[]) {
  return {
    users: integer(1, MOST_USERS, `logged in, each with a connection (${CROWD_DEFAULTS.users})`),
    strategies: listOf(strategies, `one after the other (${CROWD_STRATEGIES.join(',')})`),
    instances: integer(1, 64, 'of each strategy (as many as the open files ask for)'),
    gap: text(
      'SECONDS',
      `each user asks again after so long: 10-30, at least ${SHORTEST_GAP}, at most ${LONGEST_GAP} (${USUAL_GAP.join('-')})`,
    ),
    seconds: decimal(1, 86_400, `everybody asks (${CROWD_DEFAULTS.seconds})`),
    'connect-rate': integer(
      1,
      100_000,
      `connections that are opened a second (${CROWD_DEFAULTS.connectPerSecond})`,
    ),
    wave: decimal(
      0,
      600,
      `seconds within which everybody is back after all connections were dropped; 0: no such wave (${CROWD_DEFAULTS.waveSeconds})`,
    ),
    logins: integer(
      0,
      100_000,
      'who log in with their password in a wave (one in a hundred users, at most 300)',
    ),
    web: oneOf(['nginx'], 'what stands before the instances (nothing)'),
    seed: RUN_OPTIONS.seed,
    out: text('FOLDER', 'where the results are kept (results/crowds)'),
    json: { flag: true, help: 'the result as JSON on standard output, all else on standard error' },
  } as const;
}

/** "10-30" -> [10, 30]. @throws LabError OPTION_INVALID, exit code 2 */
export function gapOf(given: string | undefined): readonly [number, number] {
  if (given === undefined) return USUAL_GAP;
  const parts = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(given.trim());
  const [least, most] = [Number(parts?.[1]), Number(parts?.[2])];
  if (!parts || least > most || least < SHORTEST_GAP || most > LONGEST_GAP) {
    throw usageError(
      'OPTION_INVALID',
      `--gap ${given} is none: two numbers of seconds like 10-30, from ${SHORTEST_GAP} (a request may take so long) to ${LONGEST_GAP} (instances close connections that are idle).`,
    );
  }
  return [least, most];
}

/** @throws LabError STRATEGY_NOT_SHARED, exit code 2 */
export function assertShared(strategies: readonly DescribedStrategy[]): void {
  for (const { name, stateIn } of strategies) {
    if (stateIn !== 'instance') continue;
    throw usageError(
      'STRATEGY_NOT_SHARED',
      `${name} keeps its logins in the memory of one instance, so they cannot be made for a crowd beforehand. Take one that shares them, for instance --strategies ${CROWD_STRATEGIES.join(',')}.`,
    );
  }
}

/** One in a hundred, at most 300: a password takes its time. */
export function loginsOf(asked: number | undefined, users: number): number {
  return Math.min(asked ?? Math.min(300, Math.ceil(users / 100)), users);
}
