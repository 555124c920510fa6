import { setTimeout as delay } from 'node:timers/promises';
import { NoAnswer } from '../../outbound/no-answer.js';
import { STARTUP_WAIT_MS, StartupError } from '../../server/errors.js';
import { readAuthorization } from '../credentials/authorization-header.js';
import { clientLabel } from '../credentials/client-label.js';
import { secondsLeft } from '../credentials/seconds-left.js';
import type { AuthStrategy, StrategyModule, StrategyResources } from '../strategy.js';
import { BEARER_CHALLENGE, invalidToken } from '../token/bearer.js';
import { createTokenExchange, type ExchangeSubject } from '../token/token-exchange.js';
import { type AuthorityClient, createAuthorityClient } from './authority-client.js';
import { isReferenceToken } from './introspection.js';

const STARTUP_RETRY_MS = 100;

/**
 * Reference tokens: random, and nothing in them. Each request asks the authority what the token means
 * (RFC 7662), and no answer is remembered, so that a token ends at the moment it is revoked.
 */
export const opaqueStrategy: StrategyModule = {
  description: {
    summary: 'A random token that only the authority can read (RFC 7662): asked on each request',
    control: false,
    carrier: 'bearer',
    stateIn: 'authority',
    credentialBytes: 50,
    perRequest: { redis: 1, authority: 1 },
    revocation: 'at-once',
    sharedByInstances: true,
    survivesRedisLoss: false,
    verifiableByThirdParty: false,
    listsLogins: true,
    refreshes: false,
    revokesTokens: true,
    delegation: 'token-exchange',
  },
  needs: ['authority'],
  companions: ['authority'],
  create: async (resources) => {
    const authority = await openAuthority(resources);
    return createOpaqueStrategy(authority, resources);
  },
};

/** @throws StartupError `authority_unreachable` */
async function openAuthority({ settings, log }: StrategyResources): Promise<AuthorityClient> {
  const { authorityUrl, authoritySecret, storeTimeoutMs } = settings;
  if (authorityUrl === undefined || authoritySecret === undefined) {
    throw new TypeError('config/ lets no opaque instance start without its authority');
  }
  const authority = createAuthorityClient({
    url: authorityUrl,
    secret: authoritySecret,
    timeoutMs: storeTimeoutMs,
    log,
  });
  const deadline = performance.now() + STARTUP_WAIT_MS;
  for (;;) {
    try {
      await authority.check();
      return authority;
    } catch (error) {
      const cause = (error as Error).cause as NodeJS.ErrnoException;
      if (!isSilence(cause) || performance.now() + STARTUP_RETRY_MS > deadline) {
        authority.close();
        // An error of several addresses (`localhost`) has a code and no message.
        const reason = cause.message || cause.code;
        throw new StartupError('authority_unreachable', `AUTHORITY_URL: ${reason}`, { cause });
      }
      await delay(STARTUP_RETRY_MS);
    }
  }
}

/** It takes connections, and does not answer in time: it may be starting too, or busy. */
function isSilence(error: unknown): boolean {
  return error instanceof NoAnswer && (error.reason === 'late' || isSilence(error.cause));
}

function createOpaqueStrategy(
  authority: AuthorityClient,
  { settings, now }: StrategyResources,
): AuthStrategy {
  /** @throws AppError `credential_invalid` */
  async function verify(token: string): Promise<ExchangeSubject> {
    const known = isReferenceToken(token) ? await authority.introspect(token) : undefined;
    if (known === undefined) {
      throw invalidToken('The token is not known, or has ended; log in again.');
    }
    return known;
  }

  return {
    challenge: BEARER_CHALLENGE,

    guardLogin: () => {
      authority.assertUp();
      // Found out now, while other stores and the hash take their time, an authority that froze a
      // moment ago does not add its own timeout to theirs.
      authority.check().catch(() => {});
    },

    issue: async (ctx, principal) => {
      const client = clientLabel(ctx.get('user-agent'));
      // The authority's clock need not be ours: its life began at the earliest when it was asked for.
      const askedAt = now();
      const { token, loginId, lifeMs } = await authority.issue(principal, client);
      const expires_in = secondsLeft(askedAt + lifeMs, now());
      return { token: { access_token: token, token_type: 'Bearer', expires_in }, loginId };
    },

    authenticate: async (ctx) => {
      const token = readAuthorization(ctx.req, 'Bearer', BEARER_CHALLENGE);
      return (await verify(token)).principal;
    },

    end: async (_ctx, { userId, loginId }) => {
      if (loginId !== undefined) {
        await authority.end(userId, loginId);
      }
    },

    endAll: (userId, keepLoginId) => authority.endAll(userId, keepLoginId),

    logins: { list: authority.list, end: authority.end },

    tokens: {
      revoke: async (token) => {
        if (isReferenceToken(token)) {
          await authority.revoke(token);
        }
      },
      exchange: createTokenExchange({
        verify,
        mint: async (principal, expiresAt) => {
          const { delegation } = principal;
          if (delegation === undefined) {
            throw new TypeError('a token exchange makes tokens for somebody who acts for the user');
          }
          const lifeMs = Math.max(1, expiresAt - now());
          const issued = await authority.issue(principal, delegation.actor, {
            ...delegation,
            lifeMs,
          });
          // All logins may have ended since the subject token was looked up, and this one has begun
          // after that: its parent is asked for once more.
          const { userId, loginId: parent } = principal;
          if (!(await authority.list(userId)).some(({ id }) => id === parent)) {
            await authority.end(userId, issued.loginId);
            throw invalidToken('The token has ended; log in again.');
          }
          return { token: issued.token, expiresAt };
        },
        audience: settings.tokenAudience,
        clients: settings.delegateClients,
        ttlMs: settings.delegatedTtlSeconds * 1000,
        now,
      }),
    },

    checkStores: () => authority.checkWritable(),

    close: () => authority.close(),
  };
}
