/**
 * What Redis keeps for logins. Constants come from measurements of the service, by
 * `npm run bench:auth -- --parts memory`; docs/performance.md has the run. They have no interval: the
 * growth of used_memory by 100,000 entries hardly scatters.
 */
import type { StrategyInfo } from '../model/result-schema.js';

/** A login with its index: sessions, and reference tokens, which are kept alike (docs/decisions/109). */
const BYTES_PER_LOGIN = 392;
/** One entry of the denylist. */
const BYTES_PER_DENIED_TOKEN = 117;
/** ACCESS_TOKEN_TTL_SECONDS of the service unless set: nothing is denied for longer. */
const ACCESS_TOKEN_SECONDS = 300;

export interface Logins {
  perSecond: number;
  /** Living at the same time. */
  concurrent: number;
}

export interface LoginMemory {
  /** null: not known. */
  redisBytes: number | null;
  reason: string;
}

/** What Redis keeps follows from what the strategy declares, not from its name. */
export function loginMemory(strategy: StrategyInfo, logins: Logins): LoginMemory {
  const { stateIn, refreshes } = strategy;
  if (stateIn === undefined) {
    return { redisBytes: null, reason: 'the result is older than declarations of strategies' };
  }
  if (stateIn === 'credential') return { redisBytes: 0, reason: 'the credential carries all' };
  if (stateIn === 'instance') {
    return { redisBytes: 0, reason: 'logins lie in the instances; their memory was not measured' };
  }
  // State in Redis beside a token that is refreshed: only what was taken back is remembered.
  if (refreshes) {
    return {
      redisBytes: logins.perSecond * ACCESS_TOKEN_SECONDS * BYTES_PER_DENIED_TOKEN,
      reason: `${BYTES_PER_DENIED_TOKEN} bytes for each logout of the last ${ACCESS_TOKEN_SECONDS} s, if all log out`,
    };
  }
  return {
    redisBytes: logins.concurrent * BYTES_PER_LOGIN,
    reason: `${BYTES_PER_LOGIN} bytes for each login that lives`,
  };
}
