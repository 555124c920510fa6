import { sweepInSteps } from '../credentials/sweep-in-steps.js';
import type { Revocations } from './revocations.js';

/**
 * What this instance itself has heard of. Other instances do not learn it; a service that needs that
 * keeps its denylist in a store that all ask. An entry is made by a valid login alone and lives as
 * long as an access token, so the size is bounded by the rate of logouts.
 */
export function createLocalRevocations(now: () => number): Revocations {
  /** Token and login IDs are random and never alike, so one table holds both. */
  const deniedUntil = new Map<string, number>();
  const notBefore = new Map<number, { at: number; untilMs: number }>();

  const sweeps = [
    sweepInSteps(deniedUntil, (untilMs) => untilMs <= now()),
    sweepInSteps(notBefore, ({ untilMs }) => untilMs <= now()),
  ];

  return {
    isRevoked: ({ id, issuedAt, principal: { userId, loginId } }) =>
      (deniedUntil.size > 0 &&
        (deniedUntil.has(id) || (loginId !== undefined && deniedUntil.has(loginId)))) ||
      (notBefore.size > 0 && issuedAt < (notBefore.get(userId)?.at ?? 0)),
    denyToken: async (_userId, id, untilMs) => {
      deniedUntil.set(id, untilMs);
    },
    denyLogins: async (_userId, loginIds, untilMs) => {
      for (const id of loginIds) {
        deniedUntil.set(id, untilMs);
      }
    },
    denyUser: async (userId, beforeMs, untilMs) => {
      notBefore.set(userId, { at: beforeMs, untilMs });
    },
    check: async () => {},
    assertUp: () => {},
    close: () => {
      for (const end of sweeps) {
        end();
      }
    },
  };
}
