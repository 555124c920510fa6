import type Koa from 'koa';
import type { Context, Next } from 'koa';
import type { Logger } from 'pino';
import * as z from 'zod';
import { readBody } from '../../api/body.js';
import { parameter, readForm } from '../../api/form.js';
import { prepareRoutes } from '../../api/prepare-routes.js';
import { addHealthRoutes } from '../../api/routes/health-routes.js';
import { readId } from '../../api/validation.js';
import { closeWhenLeaving, type Drain } from '../../server/drain.js';
import { errorHandler } from '../../server/error-handler.js';
import { ExactRouter } from '../../server/exact-router.js';
import { createKoaApp } from '../../server/koa-app.js';
import { notFound } from '../../server/not-found.js';
import { observer } from '../../server/observer.js';
import { useInOrder } from '../../server/use-in-order.js';
import { readAuthorization } from '../credentials/authorization-header.js';
import { type LoginStore, loginOf } from '../credentials/login-store.js';
import { isSameSecret } from '../credentials/same-secret.js';
import { SCOPES } from '../strategy.js';
import { BEARER_CHALLENGE, invalidToken } from '../token/bearer.js';
import type { ReferenceTokens } from './reference-tokens.js';

export interface AuthorityDeps {
  readonly tokens: ReferenceTokens;
  readonly logins: LoginStore;
  /** What instances prove themselves with. */
  readonly secret: Uint8Array;
  readonly drain: Drain;
  readonly log: Logger;
  /** Whether GET /counters exists. */
  readonly counters: boolean;
}

// Anything may be asked about, and the hint is not needed (RFC 7662, section 2.1; RFC 7009).
const tokenForm = z.object({ token: parameter, token_type_hint: parameter.optional() });

const issueBody = z.strictObject({
  email: z.string(),
  name: z.string(),
  client: z.string(),
  delegation: z
    .strictObject({
      actor: z.string().min(1),
      scope: z.array(z.enum(SCOPES)).min(1),
      lifeMs: z.int().positive(),
    })
    .optional(),
});

/**
 * The authority: introspection (RFC 7662) and revocation (RFC 7009) of reference tokens, and what its
 * own instances need besides. All of it asks who is calling, introspection too: whoever finds a token
 * must not learn from it whose it is (RFC 7662, section 4).
 */
export function createAuthorityApp(deps: AuthorityDeps): Koa {
  const { tokens, logins, secret, drain, log } = deps;
  const counters = deps.counters ? { completed: 0, byStatus: {} } : undefined;
  const instance = requireInstance(secret);
  const router = new ExactRouter();
  addHealthRoutes(router, { checkStores: () => logins.check(), drain, counters });

  router.post('/introspect', instance, async (ctx) => {
    ctx.body = await tokens.introspect((await readForm(ctx, tokenForm)).token);
  });

  router.post('/revoke', instance, async (ctx) => {
    await tokens.revoke((await readForm(ctx, tokenForm)).token);
    ctx.status = 200;
    ctx.body = '';
  });

  router.post('/users/:id/logins', instance, async (ctx) => {
    const userId = readId(ctx.params.id);
    const { email, name, client, delegation } = await readBody(ctx, issueBody);
    const principal = { userId, email, name };
    ctx.status = 201;
    ctx.body =
      delegation === undefined
        ? await tokens.issue(principal, client)
        : await tokens.delegate(principal, client, delegation, delegation.lifeMs);
  });

  router.get('/users/:id/logins', instance, async (ctx) => {
    ctx.body = { items: (await logins.list(readId(ctx.params.id))).map(loginOf) };
  });

  router.delete('/users/:id/logins', instance, async (ctx) => {
    const { except } = ctx.query;
    await logins.endAll(readId(ctx.params.id), typeof except === 'string' ? except : undefined);
    ctx.status = 204;
  });

  router.delete('/users/:id/logins/:login', instance, async (ctx) => {
    const ended = await logins.end(readId(ctx.params.id), ctx.params.login as string);
    // Not a 404: that is what a wrong AUTHORITY_URL would answer too.
    ctx.body = { ended };
  });
  prepareRoutes(router, { challenge: BEARER_CHALLENGE });

  const app = createKoaApp();
  const middlewareInOrder = [
    observer({ log, counters }),
    closeWhenLeaving(drain),
    errorHandler(log),
    router.routes(),
    notFound,
  ];
  return useInOrder(app, middlewareInOrder, log);
}

function requireInstance(secret: Uint8Array) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const given = readAuthorization(ctx.req, 'Bearer', BEARER_CHALLENGE);
    if (!isSameSecret(given, secret)) {
      throw invalidToken('AUTHORITY_SECRET must be the same for the authority and its instances.');
    }
    await next();
  };
}
