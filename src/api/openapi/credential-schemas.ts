import * as z from 'zod';
import { SCOPES } from '../../auth/strategy.js';
import { ACCESS_TOKEN } from '../request-bodies.js';
import { NOON, time } from './answer-schemas.js';
import type { NamedSchema } from './named-schema.js';

/** What the API answers of logins, tokens and keys. */

const seconds = z.int().min(0);

const accessShape = {
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: seconds,
};
const accessExample = { access_token: 'eyJhbGciOiJ…', token_type: 'Bearer', expires_in: 300 };

const loginOfMine = z.strictObject({
  id: z.string(),
  current: z.boolean().describe('Whether it is the login that asks.'),
  createdAt: time,
  lastSeenAt: time,
  client: z.string().describe('What the client said it is, shortened.'),
  actor: z.string().optional().describe('Present when it was handed on: to whom.'),
  scope: z.array(z.enum(SCOPES)).optional(),
});

const tokenPair = z.strictObject({ ...accessShape, refresh_token: z.string() });

/** RFC 8693, section 2.2.1. */
const delegatedToken = z.strictObject({
  ...accessShape,
  issued_token_type: z.literal(ACCESS_TOKEN),
  scope: z.string().describe('With spaces between.'),
});

export const CREDENTIALS = {
  LoginOfMine: {
    schema: loginOfMine,
    description: 'One login.',
    examples: [
      {
        id: 'Zk3vQm1d0bX9rT5sW7uY2a',
        current: true,
        createdAt: NOON,
        lastSeenAt: NOON,
        client: 'curl/8.5.0',
      },
    ],
  },
  LoginsOfMine: {
    schema: z.strictObject({ items: z.array(loginOfMine) }),
    description: 'All my logins.',
    examples: [{ items: [] }],
  },
  DelegatedSession: {
    schema: z.strictObject({
      cookie: z.string().describe('Name of the cookie that the third party sends.'),
      value: z.string(),
      expiresIn: seconds,
      loginId: z.string(),
      actor: z.string(),
      scope: z.array(z.enum(SCOPES)),
    }),
    description: 'A session that can do less, for somebody else.',
    examples: [
      {
        cookie: 'session',
        value: 'V3kOQm1d0bX9rT5sW7uY2aZk3vQm1d0bX9rT5sW7uY2',
        expiresIn: 120,
        loginId: 'Zk3vQm1d0bX9rT5sW7uY2a',
        actor: 'post-scheduler',
        scope: ['posts:write'],
      },
    ],
  },
  /** RFC 6749, section 5.1. */
  AccessToken: {
    schema: z.strictObject(accessShape),
    description: 'A token to send as `Authorization: Bearer …`.',
    examples: [accessExample],
  },
  /** Of a strategy whose credentials have no end. */
  LastingToken: {
    schema: z.strictObject(accessShape).omit({ expires_in: true }),
    description: 'A token to send as `Authorization: Bearer …`. It does not expire.',
    examples: [{ access_token: 'Zk3vQm1d0bX9', token_type: 'Bearer' }],
  },
  TokenPair: {
    schema: tokenPair,
    description: 'A token to send as `Authorization: Bearer …`, and one to renew it with, once.',
    examples: [{ ...accessExample, refresh_token: 'Zk3vQm1d0bX9' }],
  },
  UnverifiedToken: {
    schema: z.strictObject({ ...accessShape, token_type: z.literal('Unverified') }),
    description: 'What to send as `Authorization: Unverified …`. It is believed, whatever it says.',
    examples: [{ ...accessExample, token_type: 'Unverified' }],
  },
  DelegatedToken: {
    schema: delegatedToken,
    description: 'A token for the client to act with.',
    examples: [{ ...accessExample, issued_token_type: ACCESS_TOKEN, scope: 'posts:write' }],
  },
  Granted: {
    schema: z.union([tokenPair, delegatedToken]),
    description: 'What the grant gives.',
    examples: [{ ...accessExample, refresh_token: 'Zk3vQm1d0bX9' }],
  },
  PublicKeys: {
    schema: z.strictObject({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }),
    description: 'A JWK Set (RFC 7517, section 5).',
    examples: [{ keys: [{ kty: 'EC', kid: '2026-01', crv: 'P-256', x: '…', y: '…' }] }],
  },
} satisfies Record<string, NamedSchema>;

export type CredentialName = keyof typeof CREDENTIALS;
