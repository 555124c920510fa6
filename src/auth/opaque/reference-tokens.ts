import {
  endOf,
  isDueForRenewal,
  type LoginLimits,
  loginIdOf,
  recordOf,
} from '../credentials/login-record.js';
import type { LoginStore } from '../credentials/login-store.js';
import type { Delegation, Principal } from '../strategy.js';
import { describeActive, INACTIVE, type Introspection, isReferenceToken } from './introspection.js';

export interface IssuedReference {
  readonly token: string;
  readonly loginId: string;
  /** How long it lives unless it is used: uses prolong that of a login, up to its absolute end. */
  readonly lifeMs: number;
}

/** Random tokens that mean what the store of logins says of them: the work of the authority. */
export interface ReferenceTokens {
  issue(principal: Principal, client: string): Promise<IssuedReference>;
  /** For somebody who acts for the user: never renewed. */
  delegate(
    principal: Principal,
    client: string,
    delegation: Delegation,
    lifeMs: number,
  ): Promise<IssuedReference>;
  introspect(token: string): Promise<Introspection>;
  /** RFC 7009: a token that is not known is no error. */
  revoke(token: string): Promise<void>;
}

export function createReferenceTokens(
  logins: LoginStore,
  limits: LoginLimits,
  now: () => number,
): ReferenceTokens {
  return {
    issue: async (principal, client) => {
      const token = logins.newSecret(principal.userId);
      const loginId = loginIdOf(token);
      const record = recordOf(principal, client, now());
      const lifeMs = endOf(record, limits) - record.createdAt;
      await logins.create(loginId, record, lifeMs);
      return { token, loginId, lifeMs };
    },

    delegate: async (principal, client, delegation, lifeMs) => {
      const token = logins.newSecret(principal.userId);
      const loginId = loginIdOf(token);
      const endsAt = now() + lifeMs;
      await logins.create(
        loginId,
        recordOf(principal, client, now(), { delegation, endsAt }),
        lifeMs,
      );
      return { token, loginId, lifeMs };
    },

    introspect: async (token) => {
      if (!isReferenceToken(token)) {
        return INACTIVE;
      }
      const id = loginIdOf(token);
      const record = await logins.read(id);
      if (record === undefined || endOf(record, limits) <= now()) {
        return INACTIVE;
      }
      if (!isDueForRenewal(record, limits, now())) {
        return describeActive(id, record, endOf(record, limits));
      }
      const renewed = { ...record, seenAt: now() };
      const endsAt = endOf(renewed, limits);
      // It may have been ended since it was read, and must stay so.
      const lives = await logins.renew(id, renewed, endsAt - now());
      return lives ? describeActive(id, renewed, endsAt) : INACTIVE;
    },

    revoke: async (token) => {
      const id = loginIdOf(token);
      const record = isReferenceToken(token) ? await logins.read(id) : undefined;
      if (record !== undefined) {
        await logins.end(record.userId, id);
      }
    },
  };
}
