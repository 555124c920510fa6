import type { Logger } from 'pino';
import { readAuthorization } from '../../auth/credentials/authorization-header.js';
import { createAccessTokens } from '../../auth/token/access-token.js';
import { BEARER_CHALLENGE } from '../../auth/token/bearer.js';
import { jose } from '../../auth/token/jose-codec.js';
import { openKeySet } from '../../auth/token/keys/open-key-set.js';
import type { PredictionServerSettings, TokenAlgorithm } from '../../config/settings.js';
import { type Database, openDatabase } from '../../data/database.js';
import type { OpenCallerCheck } from '../prediction-server-app.js';

/** Reads keys now and then, and serves no request with it. */
const POOL_SIZE = 2;

/**
 * Verifies the user's access token by itself: no hop, and no store to ask. With an asymmetric algorithm
 * it has public keys alone, from JWKS_URL. With HS256 it must be given the secret that signs, and could
 * then make tokens as well: the weaker choice (docs/predictions.md).
 *
 * @throws StartupError `config_invalid`, `keys_unreadable`, `keys_unreachable`
 */
export async function openTokenCheck(
  algorithm: TokenAlgorithm,
  settings: PredictionServerSettings,
  log: Logger,
): Promise<OpenCallerCheck> {
  const { databaseUrl, tokenSecret, storeTimeoutMs: timeoutMs } = settings;
  let database: Database | undefined;
  if (tokenSecret !== undefined && databaseUrl !== undefined) {
    database = await openDatabase({ url: databaseUrl, poolSize: POOL_SIZE, timeoutMs, log });
  }
  const keys = await openKeySet({ algorithm, settings, database, log, now: Date.now });
  const tokens = createAccessTokens({
    algorithm,
    library: jose,
    keys,
    issuer: settings.tokenIssuer,
    audience: settings.tokenAudience,
    now: Date.now,
  });
  return {
    challenge: BEARER_CHALLENGE,
    authenticate: async (ctx) => {
      const token = readAuthorization(ctx.req, 'Bearer', BEARER_CHALLENGE);
      return (await tokens.verify(token)).principal;
    },
    // The keys were there when it started, and are kept while their source is away.
    check: async () => {},
    close: async () => {
      keys.close();
      await database?.close();
    },
  };
}
