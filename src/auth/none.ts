import { AppError } from '../server/errors.js';
import { readAuthorization } from './credentials/authorization-header.js';
import { isStorableText, isUserId } from './credentials/storable-values.js';
import type { AuthStrategy, Principal, StrategyModule } from './strategy.js';

/**
 * The control: what the API costs when nobody is authenticated. The client says who it is and is
 * believed, so config/ refuses to start it on anything but loopback. It decodes the same fields
 * that a token carries, so that the difference to `jwt` is the cryptography and nothing else.
 */
export const noneStrategy: StrategyModule = {
  description: {
    summary: 'No authentication: believes the header; the control for measurements, loopback only',
    control: true,
    carrier: 'unverified',
    stateIn: 'credential',
    credentialBytes: 90,
    perRequest: { redis: 0, authority: 0 },
    revocation: 'at-expiry',
    sharedByInstances: true,
    survivesRedisLoss: true,
    verifiableByThirdParty: false,
    listsLogins: false,
    refreshes: false,
    delegation: 'none',
  },
  needs: ['loopback'],
  create: async ({ settings }) => createNone(settings.accessTokenTtlSeconds),
};

const SCHEME = 'Unverified';

function createNone(ttlSeconds: number): AuthStrategy {
  return {
    challenge: SCHEME,
    issue: async (_ctx, { userId, email, name }) => ({
      token: {
        access_token: Buffer.from(JSON.stringify({ id: userId, email, name })).toString(
          'base64url',
        ),
        token_type: SCHEME,
        expires_in: ttlSeconds,
      },
    }),
    authenticate: async (ctx) => decode(readAuthorization(ctx.req, SCHEME, SCHEME)),
    end: async () => {},
    endAll: async () => {},
    checkStores: async () => {},
  };
}

function decode(credential: string): Principal {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(credential, 'base64url').toString());
  } catch (cause) {
    throw invalid(cause);
  }
  if (typeof value !== 'object' || value === null) {
    throw invalid();
  }
  const { id, email, name } = value as Record<string, unknown>;
  if (!isUserId(id) || !isStorableText(email) || !isStorableText(name)) {
    throw invalid();
  }
  return { userId: id, email, name };
}

function invalid(cause?: unknown): AppError {
  return new AppError('credential_invalid', {
    detail: 'Log in again.',
    headers: { 'WWW-Authenticate': SCHEME },
    cause,
  });
}
