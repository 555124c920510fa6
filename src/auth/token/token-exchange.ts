import { AppError } from '../../server/errors.js';
import { secondsLeft } from '../credentials/seconds-left.js';
import {
  type ExchangeRequest,
  type Principal,
  type TokenAnswer,
  withoutPerson,
} from '../strategy.js';

/** What a subject token was found to be. */
export interface ExchangeSubject {
  readonly principal: Principal;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface MintedToken {
  readonly token: string;
  /** When whoever verifies it refuses it, in milliseconds since the epoch: not after what was asked for. */
  readonly expiresAt: number;
}

export interface ExchangeOptions {
  /** Checks the subject token as the API would, revocation included. */
  readonly verify: (token: string) => Promise<ExchangeSubject>;
  /** Makes the token of the third party, whose principal says who acts and what they may do. */
  readonly mint: (principal: Principal, expiresAt: number) => Promise<MintedToken>;
  readonly audience: string;
  readonly clients: readonly string[];
  readonly ttlMs: number;
  readonly now: () => number;
}

/** RFC 9068 and RFC 7662 name the client; this API's own front end has no other name. */
export const FIRST_PARTY = 'first-party';

/** Tokens for somebody who acts for the user are for a part of the API, and say so. */
export function delegatedAudience(audience: string): string {
  return `${audience}/posts`;
}

/**
 * Token exchange with delegation (RFC 8693): the user's own token against one for a third party that
 * may do part of what the user may, for a shorter time, at a narrower audience, and says in `act` who
 * acts. It brings no refresh token and cannot be exchanged again.
 */
export function createTokenExchange(options: ExchangeOptions) {
  const { verify, mint, audience, clients, ttlMs, now } = options;
  const narrow = delegatedAudience(audience);

  return async ({ subjectToken, actor, scope, audience: asked }: ExchangeRequest) => {
    if (!clients.includes(actor)) {
      throw refuse('No such client may act for users; DELEGATE_CLIENTS lists them.');
    }
    if (asked !== undefined && asked !== narrow) {
      throw new AppError('invalid_target', {
        detail: `Delegated tokens are for the audience ${narrow} only.`,
        oauthError: 'invalid_target',
      });
    }
    const subject = await readSubject(subjectToken);
    if (subject.principal.delegation !== undefined) {
      throw refuse('A delegated token cannot be handed on.');
    }
    const latest = Math.min(now() + ttlMs, subject.expiresAt);
    const principal = withoutPerson({ ...subject.principal, delegation: { actor, scope } });
    const { token, expiresAt } = await mint(principal, latest);
    return {
      access_token: token,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: secondsLeft(expiresAt, now()),
      scope: scope.join(' '),
    } satisfies TokenAnswer;
  };

  async function readSubject(token: string): Promise<ExchangeSubject> {
    try {
      return await verify(token);
    } catch (error) {
      // RFC 8693, section 2.2.2: an invalid subject token is an invalid request, not a 401.
      throw error instanceof AppError && error.code === 'credential_invalid'
        ? refuse('The subject token is not valid; log in again.')
        : error;
    }
  }
}

function refuse(detail: string): AppError {
  return new AppError('delegation_refused', { detail, oauthError: 'invalid_request' });
}
