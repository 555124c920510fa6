import type { TokenAlgorithm } from '../../config/settings.js';
import { createRefreshFamilies } from '../../data/refresh-families.js';
import { AppError } from '../../server/errors.js';
import { readAuthorization } from '../credentials/authorization-header.js';
import { clientLabel } from '../credentials/client-label.js';
import { secondsLeft } from '../credentials/seconds-left.js';
import type { AuthStrategy, Principal, StrategyResources, TokenAnswer } from '../strategy.js';
import { type AccessToken, createAccessTokens, endOfToken } from './access-token.js';
import { BEARER_CHALLENGE, invalidToken } from './bearer.js';
import { jose } from './jose-codec.js';
import { openKeySet } from './keys/open-key-set.js';
import { createRefreshTokens } from './refresh-tokens.js';
import type { Revocations } from './revocations.js';
import { REFUSALS, type TokenLibrary } from './token-codec.js';
import { createTokenExchange } from './token-exchange.js';
import { createVerifiedTokenCache } from './verified-token-cache.js';

/** What the variants of signed tokens differ in. */
export interface TokenVariant {
  readonly algorithm: TokenAlgorithm;
  /** Left out: jose. */
  readonly library?: TokenLibrary;
  /** Absent: a token that is out lives until it expires. */
  readonly revocations?: Revocations;
  /** Whether checked tokens are remembered. */
  readonly cached?: boolean;
}

/** A token may be signed a moment after its login was denied; no request takes longer. */
const IN_FLIGHT_MS = 5000;

/**
 * Signed access tokens (JWT) that any instance verifies from the key alone, renewed with refresh
 * tokens that PostgreSQL keeps.
 */
export async function createTokenStrategy(
  { settings, database, log, now }: StrategyResources,
  { algorithm, library = jose, revocations, cached = false }: TokenVariant,
): Promise<AuthStrategy> {
  const keys = await openKeySet({
    algorithm,
    settings,
    database,
    log,
    now,
    readable: library.readsKeys,
  });
  const families = createRefreshFamilies(database);
  const accessMs = settings.accessTokenTtlSeconds * 1000;
  const accessTokens = createAccessTokens({
    algorithm,
    library,
    keys,
    issuer: settings.tokenIssuer,
    audience: settings.tokenAudience,
    now,
  });
  const refreshTokens = createRefreshTokens({
    families,
    ttlMs: settings.refreshTokenTtlSeconds * 1000,
    replayMs: settings.refreshReplaySeconds * 1000,
    perUserMax: settings.loginsPerUserMax,
    now,
    log,
    denyLogins,
  });
  const cache = cached
    ? createVerifiedTokenCache(settings.tokenCacheEntries, keys, now)
    : undefined;
  const exchange = createTokenExchange({
    verify,
    mint: async (principal, expiresAt) => ({
      token: await accessTokens.sign(principal, expiresAt),
      expiresAt: endOfToken(expiresAt),
    }),
    audience: settings.tokenAudience,
    clients: settings.delegateClients,
    ttlMs: settings.delegatedTtlSeconds * 1000,
    now,
  });

  /** @throws AppError `credential_invalid` */
  async function verify(token: string): Promise<AccessToken> {
    let verified = cache?.get(token);
    if (verified === undefined) {
      verified = await accessTokens.verify(token);
      cache?.set(token, verified);
    }
    if (revocations !== undefined) {
      // The denylist forgets after the life that tokens have now; there may be older ones that were
      // given a longer one.
      if (now() - verified.issuedAt > accessMs) {
        throw invalidToken(REFUSALS.expired);
      }
      const revoked = revocations.isRevoked(verified);
      if (typeof revoked === 'boolean' ? revoked : await revoked) {
        throw invalidToken('The token was revoked; log in again.');
      }
    }
    return verified;
  }

  async function denyLogins(userId: number, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) {
      await revocations?.denyLogins(userId, ids, now() + accessMs + IN_FLIGHT_MS);
    }
  }

  /** @param endsAt when the login ends for good: no access token outlives it */
  async function answer(
    principal: Principal,
    refreshToken: string,
    endsAt: Date,
  ): Promise<TokenAnswer> {
    const expiresAt = Math.min(now() + accessMs, endsAt.getTime());
    return {
      access_token: await accessTokens.sign(principal, expiresAt),
      token_type: 'Bearer',
      expires_in: secondsLeft(endOfToken(expiresAt), now()),
      refresh_token: refreshToken,
    };
  }

  /** Tokens first: what the row is needed for must not be lost when the denylist cannot be asked. */
  async function endLogin(userId: number, loginId: string): Promise<boolean> {
    const owned = (await families.list(userId, new Date(now()))).some(({ id }) => id === loginId);
    if (owned) {
      await denyLogins(userId, [loginId]);
    }
    return owned && families.remove(userId, loginId);
  }

  return {
    challenge: BEARER_CHALLENGE,

    guardLogin: () => {
      accessTokens.assertCanSign();
      revocations?.assertUp();
    },

    issue: async (ctx, { userId, email, name }) => {
      const client = clientLabel(ctx.get('user-agent'));
      const { id, token, expiresAt } = await refreshTokens.start(userId, client);
      const principal = { userId, email, name, loginId: id };
      return { token: await answer(principal, token, expiresAt), loginId: id };
    },

    authenticate: async (ctx) => {
      const token = readAuthorization(ctx.req, 'Bearer', BEARER_CHALLENGE);
      return (await verify(token)).principal;
    },

    end: async (_ctx, { userId, loginId }) => {
      if (loginId !== undefined) {
        // Also when the row is gone: another instance may not have heard of it, or the denylist may
        // have lost it. The token proves whose login it is.
        await denyLogins(userId, [loginId]);
        await families.remove(userId, loginId);
      }
    },

    // What has begun since they were listed is left alone: it may be the new login of a change of
    // password that was a little earlier. A login with the old password is taken back by who made it.
    endAll: async (userId, keepLoginId) => {
      const at = now();
      const all = await families.list(userId, new Date(at));
      const ids = all.map(({ id }) => id).filter((id) => id !== keepLoginId);
      await denyLogins(userId, ids);
      if (keepLoginId === undefined) {
        await revocations?.denyUser(userId, at, at + accessMs + IN_FLIGHT_MS);
      }
      if (ids.length > 0) {
        await families.removeThese(userId, ids);
      }
    },

    logins: {
      list: async (userId) =>
        (await families.list(userId, new Date(now()))).map((family) => ({
          id: family.id,
          createdAt: family.createdAt.getTime(),
          lastSeenAt: family.rotatedAt.getTime(),
          client: family.client,
        })),
      end: endLogin,
    },

    tokens: {
      refresh: async (presented) => {
        accessTokens.assertCanSign();
        const { family, token } = await refreshTokens.exchange(presented);
        const { userId, email, name, id, expiresAt } = family;
        return answer({ userId, email, name, loginId: id }, token, expiresAt);
      },
      revoke: async (token) => {
        const family = await refreshTokens.find(token);
        if (family !== undefined) {
          await endLogin(family.userId, family.id);
          return;
        }
        const access = await verify(token).catch(ignoreInvalid);
        if (access !== undefined) {
          if (revocations === undefined) {
            throw new AppError('unsupported_token_type', {
              detail: 'No server remembers access tokens here; revoke the refresh token.',
              oauthError: 'unsupported_token_type',
            });
          }
          await revocations.denyToken(access.principal.userId, access.id, access.expiresAt);
        }
      },
      exchange,
    },

    publicKeys: () => keys.publicKeys(),

    checkStores: async () => {
      await revocations?.check();
    },

    close: () => {
      keys.close();
      revocations?.close();
    },
  };
}

/** RFC 7009, section 2.2: a token that is not valid needs no revoking. */
function ignoreInvalid(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'credential_invalid') {
    return undefined;
  }
  throw error;
}
