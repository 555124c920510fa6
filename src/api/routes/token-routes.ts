import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { type AuthStrategy, SCOPES, type Scope } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { readBody } from '../body.js';
import { readForm } from '../form.js';
import type { DescribedInstance } from '../openapi/instance.js';
import type { Operation } from '../openapi/operation.js';
import {
  EXCHANGE,
  exchangeGrant,
  grantForm,
  REFRESH,
  refreshBody,
  refreshGrant,
  tokenForm,
} from '../request-bodies.js';
import type { ApiRoute } from '../route.js';

export interface TokenDeps {
  readonly strategy: AuthStrategy;
}

/** What OAuth 2.0 clients ask: renew (RFC 6749), revoke (RFC 7009), hand on (RFC 8693), verify. */
export const tokenRoutes: readonly ApiRoute<TokenDeps>[] = [
  {
    method: 'post',
    path: '/auth/refresh',
    access: 'anyone',
    takes: refreshBody,
    operation: ({ description, makesCredentials }) => ({
      id: 'refresh',
      tag: 'tokens',
      summary: 'Renew a token',
      supported: description.refreshes && makesCredentials,
      answers: [
        {
          status: 200,
          description: 'A new access token and the next refresh token.',
          schema: 'TokenPair',
        },
      ],
      problems: ['refresh_invalid'],
      uses: ['strategy'],
    }),
    handle: async (ctx, { strategy }) => {
      const refresh = supported(strategy.tokens?.refresh);
      const { refresh_token } = await readBody(ctx, refreshBody);
      ctx.body = await refresh(refresh_token);
    },
  },
  {
    method: 'post',
    path: '/auth/revoke',
    access: 'anyone',
    takes: tokenForm,
    operation: ({ description }) => ({
      id: 'revoke',
      tag: 'tokens',
      summary: 'Revoke a token (RFC 7009)',
      supported: description.revokesTokens === true,
      answers: [{ status: 200, description: 'It is no token any more, or never was one.' }],
      problems: ['at-expiry', 'never'].includes(description.revocation)
        ? ['unsupported_token_type']
        : [],
      uses: ['strategy'],
    }),
    handle: async (ctx, { strategy }) => {
      const revoke = supported(strategy.tokens?.revoke);
      // The hint is not needed: each kind of token is known by its shape.
      await revoke((await readForm(ctx, tokenForm)).token);
      ctx.status = 200;
      ctx.body = '';
    },
  },
  {
    method: 'post',
    path: '/auth/token',
    access: 'anyone',
    takes: grantForm,
    operation: describeGrant,
    handle: async (ctx, { strategy }) => {
      const { refresh, exchange } = strategy.tokens ?? {};
      supported(refresh ?? exchange);
      const form = await readForm(ctx, grantForm);
      switch (form.grant_type) {
        case REFRESH:
          ctx.body = await supported(refresh)(part(refreshGrant, form).refresh_token);
          return;
        case EXCHANGE:
          ctx.body = await supported(exchange)(readExchange(part(exchangeGrant, form)));
          return;
        default:
          throw new AppError('unsupported_grant_type', {
            detail: `Grants here: ${[...(refresh ? [REFRESH] : []), ...(exchange ? [EXCHANGE] : [])].join(', ')}.`,
            oauthError: 'unsupported_grant_type',
          });
      }
    },
  },
  {
    // Where others find the keys that verify tokens (RFC 7517, section 5; the path is that of OpenID
    // providers). A key is here as soon as it exists, which is well before it signs.
    method: 'get',
    path: '/.well-known/jwks.json',
    access: 'anyone',
    mayKeep: 'everybody',
    gives: 'application/jwk-set+json',
    askedBy: 'servers',
    operation: ({ publishesKeys }) => ({
      id: 'readPublicKeys',
      tag: 'tokens',
      summary: 'The keys that verify tokens',
      supported: publishesKeys,
      parameters: ['ifNoneMatch'],
      answers: [
        { status: 200, description: 'The keys.', schema: 'PublicKeys', headers: ['ETag'] },
        { status: 304, description: 'They are those of If-None-Match.', headers: ['ETag'] },
      ],
    }),
    handle: (ctx, { strategy }) => {
      const set = strategy.publicKeys?.();
      if (set === undefined) {
        throw new AppError('not_supported', {
          detail: 'This instance has no public keys to verify its credentials with.',
        });
      }
      const body = JSON.stringify(set);
      ctx.status = 200;
      ctx.type = 'application/jwk-set+json';
      ctx.etag = createHash('sha256').update(body).digest('base64url');
      if (ctx.fresh) {
        ctx.status = 304;
      } else {
        ctx.body = body;
      }
    },
  },
];

/** The grants are those that the strategy has. */
function describeGrant({ description, makesCredentials }: DescribedInstance): Operation {
  const { refreshes } = description;
  const exchanges = description.delegation === 'token-exchange';
  return {
    id: 'grant',
    tag: 'tokens',
    summary: !refreshes
      ? 'Hand a part of a token on (RFC 8693)'
      : exchanges
        ? 'Renew a token (RFC 6749), or hand a part of it on (RFC 8693)'
        : 'Renew a token (RFC 6749)',
    supported: (refreshes || exchanges) && makesCredentials,
    body: !refreshes ? 'ExchangeGrant' : exchanges ? 'Grant' : 'RefreshGrant',
    answers: [
      {
        status: 200,
        description: 'The token.',
        schema: !refreshes ? 'DelegatedToken' : exchanges ? 'Granted' : 'TokenPair',
      },
    ],
    problems: [
      'unsupported_grant_type',
      ...(exchanges ? (['invalid_scope', 'invalid_target', 'delegation_refused'] as const) : []),
      ...(refreshes ? (['refresh_invalid'] as const) : []),
      ...(refreshes && exchanges ? [] : (['not_supported'] as const)),
      // Between the check of the token and the making of the other its login may end.
      ...(refreshes ? [] : (['credential_invalid'] as const)),
    ],
    uses: ['strategy'],
  };
}

function readExchange(form: z.output<typeof exchangeGrant>) {
  const { subject_token, client_id, scope, audience } = form;
  return { subjectToken: subject_token, actor: client_id, scope: readScope(scope), audience };
}

/** @throws AppError `invalid_scope` for anything that cannot be handed on */
function readScope(text: string): Scope[] {
  const asked = [...new Set(text.split(' '))];
  const known = SCOPES.filter((scope) => asked.includes(scope));
  if (known.length !== asked.length) {
    throw new AppError('invalid_scope', {
      detail: `Scopes that can be handed on: ${SCOPES.join(', ')}.`,
      oauthError: 'invalid_scope',
    });
  }
  return known;
}

/** @throws AppError `invalid_request` naming the parameters that are wrong */
function part<T extends z.ZodType>(schema: T, form: unknown): z.output<T> {
  const parsed = schema.safeParse(form);
  if (!parsed.success) {
    throw new AppError('invalid_request', {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      oauthError: 'invalid_request',
    });
  }
  return parsed.data;
}

/** @throws AppError `not_supported` where the strategy does not have it */
function supported<Grant extends object>(grant: Grant | undefined): Grant {
  if (grant === undefined) {
    throw new AppError('not_supported', {
      detail: 'The strategy of this instance does not do this with tokens.',
      oauthError: 'unsupported_grant_type',
    });
  }
  return grant;
}
