import { createHmac, timingSafeEqual } from 'node:crypto';
import { readAuthorization } from '../../src/auth/authorization-header.js';
import { strategies } from '../../src/auth/registry.js';
import type { AuthStrategy, StrategyModule } from '../../src/auth/strategy.js';
import { BEARER_CHALLENGE, invalidToken } from '../../src/auth/token/bearer.js';

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

const added: Record<string, StrategyModule> = {
  apikey: liar({}),
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
