/** What the options of every verb that measures have in common. */

import { usageError } from '../../model/errors.js';
import { countOf } from '../../text/count-of.js';
import { integer, text } from '../parse-options.js';

/** Measured unless others are named, as far as the service has them. */
export const DEFAULT_STRATEGIES = ['session', 'jwt', 'none'];
/** Every connection is a user of its own, so that no store keeps a single hot key. */
export const MIN_USERS = 100;
export const POSTS = 10_000;
/** Within 5 % counts as equal. */
export const EQUIVALENCE_MARGIN = 0.05;
const SEED_LIMIT = 2 ** 31 - 1;

export const RUN_OPTIONS = {
  seed: integer(
    0,
    SEED_LIMIT,
    'of the order and the requests; the same seed repeats them (random)',
  ),
  out: text('FOLDER', 'where the folder of the result is made (results)'),
  json: {
    flag: true,
    help: 'the summary as JSON on standard output, all else on standard error',
  },
} as const;

/** @param following how many further seeds are needed, each the next */
export function randomSeed(following = 0): number {
  return Math.floor(Math.random() * (SEED_LIMIT - following));
}

/** @throws LabError OPTION_INVALID, exit code 2 */
export function refuse(contradiction: boolean, message: string): void {
  if (contradiction) throw usageError('OPTION_INVALID', message);
}

/**
 * @returns one user for each connection, unless more were asked for
 * @throws LabError OPTION_INVALID, exit code 2, for fewer users or more instances than connections
 */
export function usersOf(
  asked: number | undefined,
  connections: number,
  instances: readonly number[],
): number {
  const users = asked ?? Math.max(MIN_USERS, connections);
  const mostInstances = Math.max(...instances);
  refuse(
    users < connections,
    `--users ${users} is fewer than the ${countOf(connections, 'connection')}; each connection is a user of its own.`,
  );
  refuse(
    mostInstances > connections,
    `--instances ${mostInstances} is more than the ${countOf(connections, 'connection')}; an instance without a connection measures nothing.`,
  );
  return users;
}

/**
 * What was asked for as words to type, and the seed, which fixes the rest. Where the result goes is no
 * part of it.
 *
 * @param options values as texts where they do not print as they were typed
 */
export function repeatCommand(
  verb: string,
  options: Readonly<Record<string, unknown>>,
  seed: number,
): string {
  const given = Object.entries(options)
    .filter(([name, value]) => value !== undefined && value !== false && !isOfRun(name))
    .map(([name, value]) => (value === true ? `--${name}` : `--${name} ${value}`));
  return [`npm run lab -- ${verb}`, ...given, `--seed ${seed}`].join(' ');
}

function isOfRun(name: string): boolean {
  return Object.hasOwn(RUN_OPTIONS, name);
}
