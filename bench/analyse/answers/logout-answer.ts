/** For how long does an ended login still open doors? */
import type { Logout, VariantDoors } from '../../model/logout-schema.js';

/**
 * - at-once: every instance refused the credential from the logout on
 * - until-its-end: every instance took it until the token had ended
 * - on-some: some instances refused it at once, others took it on
 * - never: it was still taken when the asking ended, though its life was over
 * - later: some time after the logout, at no moment that a rule explains
 * - unknown: nothing was measured
 */
export type DoorPattern = 'at-once' | 'until-its-end' | 'on-some' | 'never' | 'later' | 'unknown';

export interface DoorAnswer {
  variant: string;
  pattern: DoorPattern;
  /** The longest that an instance took an ended login. */
  longestMs: number;
  /** By instance, the longest. */
  perInstance: readonly { instance: number; acceptedForMs: number; knew: boolean }[];
  /** What it would be with the life that tokens have where nobody says otherwise; null: not longer. */
  asConfiguredSeconds: number | null;
  logins: number;
}

/** Two requests to one instance are a little further apart than planned on a busy machine. */
const AT_ONCE_MS = 250;
/** Tokens say when they end in whole seconds, and machines are busy. */
const END_TOLERANCE_MS = 1250;

export function answerLogout(logout: Logout): DoorAnswer[] {
  return logout.variants.map((doors) => answerOf(doors, logout));
}

function answerOf(doors: VariantDoors, logout: Logout): DoorAnswer {
  const { variant, logins } = doors;
  const numbers = [
    ...new Set(logins.flatMap(({ instances }) => instances.map(({ instance }) => instance))),
  ];
  const perInstance = numbers.map((number) => {
    const seen = logins.flatMap(({ instances }) =>
      instances.filter(({ instance }) => instance === number),
    );
    return {
      instance: number,
      acceptedForMs: Math.max(0, ...seen.map(({ acceptedForMs }) => acceptedForMs)),
      knew: seen.some(({ acceptedBefore }) => acceptedBefore),
    };
  });
  const pattern = patternOf(doors, logout);
  return {
    ...{ variant, pattern, perInstance, logins: logins.length },
    longestMs: Math.max(0, ...perInstance.map(({ acceptedForMs }) => acceptedForMs)),
    asConfiguredSeconds: pattern === 'until-its-end' ? logout.configuredLifeSeconds : null,
  };
}

function patternOf({ logins }: VariantDoors, { tokenLifeSeconds }: Logout): DoorPattern {
  const seen = logins.flatMap(({ ageSeconds, instances }) =>
    instances
      .filter(({ acceptedBefore }) => acceptedBefore)
      .map((door) => ({ ...door, leftMs: (tokenLifeSeconds - ageSeconds) * 1000 })),
  );
  if (seen.length === 0) return 'unknown';
  const isAtOnce = seen.map(({ acceptedForMs }) => acceptedForMs <= AT_ONCE_MS);
  if (isAtOnce.every(Boolean)) return 'at-once';
  if (seen.some(({ refusedAtLast }) => !refusedAtLast)) {
    return isAtOnce.some(Boolean) ? 'on-some' : 'never';
  }
  const isAtEnd = seen.every(
    ({ acceptedForMs, leftMs }) => Math.abs(acceptedForMs - leftMs) <= END_TOLERANCE_MS,
  );
  if (isAtEnd) return 'until-its-end';
  return isAtOnce.some(Boolean) ? 'on-some' : 'later';
}
