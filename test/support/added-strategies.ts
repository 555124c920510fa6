import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { readAuthorization } from '../../src/auth/credentials/authorization-header.js';
import { strategies } from '../../src/auth/registry.js';
import { cookiePolicy, isCrossSite, readCookie } from '../../src/auth/session/cookie-policy.js';
import type { AuthStrategy, StrategyModule, StrategyResources } from '../../src/auth/strategy.js';
import { BEARER_CHALLENGE, invalidToken } from '../../src/auth/token/bearer.js';
import { jwtStrategy } from '../../src/auth/token/jwt.js';
import { jwtDenylistStrategy } from '../../src/auth/token/jwt-denylist.js';
import { AppError } from '../../src/server/errors.js';

/**
 * Strategies as a newcomer would write them, and some whose description is wrong. They are in no
 * registry but that of the processes which import this file (with-added-strategies.ts).
 */
const DESCRIPTION: StrategyModule['description'] = {
  summary: 'One key for each user, for ever',
  control: false,
  carrier: 'bearer',
  stateIn: 'credential',
  credentialBytes: 150,
  perRequest: { redis: 0, authority: 0 },
  revocation: 'never',
  expires: false,
  onePerUser: true,
  sharedByInstances: true,
  survivesRedisLoss: true,
  verifiableByThirdParty: false,
  listsLogins: false,
  refreshes: false,
  delegation: 'none',
};

const create: StrategyModule['create'] = async () => createApiKeys(() => undefined);

/** @param life seconds; undefined for ever */
function createApiKeys(life: () => number | undefined): AuthStrategy {
  const mark = (text: string) => createHmac('sha256', 'of tests').update(text).digest('base64url');
  return {
    challenge: BEARER_CHALLENGE,
    issue: async (_ctx, { userId, email, name }) => {
      const text = Buffer.from(JSON.stringify({ userId, email, name })).toString('base64url');
      const seconds = life();
      return {
        token: {
          access_token: `${text}.${mark(text)}`,
          token_type: 'Bearer',
          ...(seconds !== undefined && { expires_in: seconds }),
        },
      };
    },
    authenticate: async (ctx) => {
      const key = readAuthorization(ctx.req, 'Bearer', BEARER_CHALLENGE);
      const [text = '', given = ''] = key.split('.');
      if (key !== `${text}.${given}` || !isSame(given, mark(text))) {
        throw invalidToken('There is no such key; log in to get yours.');
      }
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
    end: async () => {},
    endAll: async () => {},
    checkStores: async () => {},
  };
}

/** As texts: one of base64url has several spellings for the same bytes. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const liar = (changes: Partial<StrategyModule['description']>): StrategyModule => ({
  description: { ...DESCRIPTION, ...changes },
  needs: [],
  create,
});

/** A cookie that is checked from itself, and no store: the other way a credential travels. */
const signedCookie: StrategyModule = {
  description: {
    summary: 'A signed cookie that no server remembers',
    control: false,
    carrier: 'cookie',
    stateIn: 'credential',
    credentialBytes: 224,
    perRequest: { redis: 0, authority: 0 },
    revocation: 'at-expiry',
    sharedByInstances: true,
    survivesRedisLoss: true,
    verifiableByThirdParty: false,
    listsLogins: false,
    refreshes: false,
    delegation: 'none',
  },
  needs: [],
  create: async (resources) => createSignedCookies(resources),
};

function createSignedCookies({ settings, now }: StrategyResources): AuthStrategy {
  const { name, secure } = cookiePolicy(settings);
  const lifeMs = settings.sessionIdleSeconds * 1000;
  const mark = (text: string) =>
    createHmac('sha256', 'of cookies').update(text).digest('base64url');
  const refuseCrossSite: AuthStrategy['guardLogin'] = (ctx) => {
    if (isCrossSite(ctx.method, ctx.req.headers, settings.trustProxy)) {
      throw new AppError('cross_site_request', { detail: 'Send it from a page of this site.' });
    }
  };
  return {
    challenge: undefined,
    guardLogin: refuseCrossSite,
    issue: async (ctx, { userId, email, name: person }) => {
      const claims = { userId, email, name: person, until: now() + lifeMs, id: randomUUID() };
      const text = Buffer.from(JSON.stringify(claims)).toString('base64url');
      ctx.cookies.secure = secure;
      const options = { httpOnly: true, sameSite: 'lax', secure, maxAge: lifeMs } as const;
      ctx.cookies.set(name, `${text}.${mark(text)}`, { ...options, signed: false });
      return {};
    },
    authenticate: async (ctx) => {
      refuseCrossSite(ctx);
      const value = readCookie(ctx.req.headers.cookie, name);
      if (value === undefined) {
        throw new AppError('credential_missing', { detail: 'Log in, then send the cookie.' });
      }
      const [text = '', given = ''] = value.split('.');
      const good = value === `${text}.${given}` && isSame(given, mark(text));
      const claims = good ? JSON.parse(Buffer.from(text, 'base64url').toString()) : { until: 0 };
      if (claims.until <= now()) {
        throw new AppError('credential_invalid', { detail: 'Log in again.' });
      }
      return { userId: claims.userId, email: claims.email, name: claims.name };
    },
    end: async (ctx) => {
      ctx.cookies.secure = secure;
      ctx.cookies.set(name, null, { httpOnly: true, sameSite: 'lax', secure, signed: false });
    },
    endAll: async () => {},
    checkStores: async () => {},
  };
}

/** Signed tokens with one of their routes left, and nothing else that is optional. */
function withOnly(module: StrategyModule, part: 'refresh' | 'revoke'): StrategyModule {
  const { revokesTokens: _, ...description } = module.description;
  return {
    ...module,
    description: {
      ...description,
      ...(part === 'revoke' && { revokesTokens: true }),
      listsLogins: false,
      refreshes: part === 'refresh',
      delegation: 'none',
    },
    create: async (resources) => {
      const { logins: __, tokens, ...strategy } = await module.create(resources);
      return {
        ...strategy,
        issue: async (ctx, principal) => {
          const { token, ...issued } = await strategy.issue(ctx, principal);
          const { refresh_token, ...access } = token as NonNullable<typeof token>;
          return { ...issued, token: part === 'refresh' ? { ...access, refresh_token } : access };
        },
        tokens: { [part]: tokens?.[part] },
      } as AuthStrategy;
    },
  };
}

const added: Record<string, StrategyModule> = {
  apikey: liar({}),
  'signed-cookie': signedCookie,
  'refreshes-only': withOnly(jwtStrategy, 'refresh'),
  'revokes-only': withOnly(jwtDenylistStrategy, 'revoke'),
  'says-it-ends': liar({ revocation: 'at-once' }),
  'says-each-login-has-its-own': (() => {
    const { onePerUser: _, ...description } = DESCRIPTION;
    return { description, needs: [], create };
  })(),
  'says-it-refreshes': liar({ refreshes: true }),
};

Object.assign(
  strategies,
  Object.fromEntries(Object.entries(added).map(([name, module]) => [name, async () => module])),
);
