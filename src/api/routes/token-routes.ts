import type Router from 'koa-router';
import * as z from 'zod';
import { type AuthStrategy, SCOPES, type Scope } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { readBody } from '../body.js';
import { parameter, readForm } from '../form.js';
import { refreshBody } from '../validation.js';

export const REFRESH = 'refresh_token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export const revokeForm = z.object({ token: parameter, token_type_hint: parameter.optional() });
const grantForm = z.looseObject({ grant_type: parameter });
export const refreshForm = z.object({ refresh_token: parameter });
export const exchangeForm = z.object({
  subject_token: parameter,
  subject_token_type: z.literal(ACCESS_TOKEN, `must be ${ACCESS_TOKEN}`),
  requested_token_type: z.literal(ACCESS_TOKEN, `must be ${ACCESS_TOKEN}`).optional(),
  client_id: parameter,
  scope: parameter,
  audience: parameter.optional(),
});

/** What OAuth 2.0 clients ask: renew (RFC 6749), revoke (RFC 7009), hand on (RFC 8693). */
export function addTokenRoutes(router: Router, { strategy }: { strategy: AuthStrategy }): void {
  router.post('/auth/refresh', async (ctx) => {
    const refresh = supported(strategy.tokens?.refresh);
    const { refresh_token } = await readBody(ctx, refreshBody);
    ctx.body = await refresh(refresh_token);
  });

  router.post('/auth/revoke', async (ctx) => {
    const revoke = supported(strategy.tokens?.revoke);
    // The hint is not needed: each kind of token is known by its shape.
    await revoke((await readForm(ctx, revokeForm)).token);
    ctx.status = 200;
    ctx.body = '';
  });

  router.post('/auth/token', async (ctx) => {
    const { refresh, exchange } = strategy.tokens ?? {};
    supported(refresh ?? exchange);
    const form = await readForm(ctx, grantForm);
    switch (form.grant_type) {
      case REFRESH:
        ctx.body = await supported(refresh)(part(refreshForm, form).refresh_token);
        return;
      case EXCHANGE:
        ctx.body = await supported(exchange)(readExchange(part(exchangeForm, form)));
        return;
      default:
        throw new AppError('unsupported_grant_type', {
          detail: `Grants here: ${[...(refresh ? [REFRESH] : []), ...(exchange ? [EXCHANGE] : [])].join(', ')}.`,
          oauthError: 'unsupported_grant_type',
        });
    }
  });
}

function readExchange(form: z.output<typeof exchangeForm>) {
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
