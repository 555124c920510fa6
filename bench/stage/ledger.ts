/**
 * What would have been right, for every answer. The ledger is told when logins begin and end, and of each answer;
 * it knows nothing of strategies. Pure: the same events in the same order give the same outcomes.
 */
import type { RequestKind } from '../model/drill-schema.js';
import type { Outcome } from '../model/outcomes.js';

/** Moments are milliseconds since the beginning of the record. */
export type StageEvent =
  | { type: 'login'; login: number; atMs: number; endsAtMs: number | null }
  /** Somebody asked for its end. From here until that is acknowledged, either answer is right. */
  | { type: 'ending'; login: number; atMs: number }
  | { type: 'ended'; login: number; atMs: number }
  | StageAnswer;

export interface StageAnswer {
  type: 'answer';
  login: number;
  /** Counted from 1; 0: whichever the web tier chose. */
  instance: number;
  /** A refresh token that is presented, or the first use of what was given for it, beside what people ask for. */
  what: RequestKind | 'refresh' | 'renewed';
  /** When it was to be sent. */
  plannedMs: number;
  sentMs: number;
  atMs: number;
  /** null: no answer came, or not in time. */
  status: number | null;
  /** Of the body; left out where there was none. */
  bytes?: number;
  /** Whoever asks was given a part of somebody's rights, and this is none of them. */
  isForbidden?: true;
}

export interface Ledger {
  /** @returns what an answer was; null for what is none */
  record(event: StageEvent): Outcome | null;
}

interface LoginState {
  /** By itself; infinite where it does not. */
  endsAtMs: number;
  endingMs: number;
  endedMs: number;
  /** By instance: the first time that it refused the ended login. */
  refusedMs: Map<number, number>;
}

export function openLedger(): Ledger {
  const logins = new Map<number, LoginState>();
  const stateOf = (login: number): LoginState => {
    const known = logins.get(login);
    if (!known) throw new Error(`login ${login} was never begun`);
    return known;
  };
  return {
    record(event) {
      switch (event.type) {
        case 'login':
          logins.set(event.login, {
            endsAtMs: event.endsAtMs ?? Number.POSITIVE_INFINITY,
            endingMs: Number.POSITIVE_INFINITY,
            endedMs: Number.POSITIVE_INFINITY,
            refusedMs: new Map(),
          });
          return null;
        case 'ending':
          stateOf(event.login).endingMs = event.atMs;
          return null;
        case 'ended':
          stateOf(event.login).endedMs = event.atMs;
          return null;
        case 'answer':
          return judge(event, stateOf(event.login));
      }
    },
  };
}

function judge(
  { status, sentMs, atMs, instance, isForbidden, what }: StageAnswer,
  state: LoginState,
): Outcome {
  if (status === null || status >= 500 || status === 429 || status === 408) return 'unavailable';
  const isEnded = state.endedMs <= sentMs;
  if (isForbidden && status === 403) return 'right';
  if (isForbidden && status < 400) return 'wrongly-accepted';
  if (status >= 200 && status < 400) {
    if (!isEnded) return 'right';
    const refusedMs = state.refusedMs.get(instance) ?? Number.POSITIVE_INFINITY;
    return refusedMs < sentMs ? 'resurrected' : 'wrongly-accepted';
  }
  // RFC 6749, section 5.2: a refresh token is refused with a 400.
  const isRefused = what === 'refresh' ? status === 400 : status === 401 || status === 403;
  if (!isRefused) return 'unexpected';
  if (isEnded && !state.refusedMs.has(instance)) state.refusedMs.set(instance, sentMs);
  const mayHaveEnded = state.endingMs <= atMs || state.endsAtMs <= atMs;
  return mayHaveEnded ? 'right' : 'wrongly-refused';
}
