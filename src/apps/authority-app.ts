import type Koa from 'koa';
import type { Context } from 'koa';
import type { Logger } from 'pino';
import * as z from 'zod';
import { readBody } from '../api/body.js';
import { readForm } from '../api/form.js';
import { readId } from '../api/path-ids.js';
import { tokenForm } from '../api/request-bodies.js';
import { jsonBody } from '../api/request-body.js';
import type { Route } from '../api/route.js';
import { createRoutedApp, newCounters } from '../api/routed-app.js';
import { healthRoutes } from '../api/routes/health-routes.js';
import { isSameSecret, readAuthorization } from '../auth/credentials/authorization-header.js';
import { type LoginStore, loginOf } from '../auth/credentials/login-store.js';
import type { ReferenceTokens } from '../auth/opaque/reference-tokens.js';
import { SCOPES } from '../auth/strategy.js';
import { BEARER_CHALLENGE, invalidToken } from '../auth/token/bearer.js';
import type { Drain } from '../server/leave-on-signal.js';

export interface AuthorityAppDeps extends AuthorityDeps {
  /** What instances prove themselves with. */
  readonly secret: Uint8Array;
  readonly drain: Drain;
  readonly log: Logger;
  /** Whether GET /counters exists. */
  readonly counters: boolean;
}

interface AuthorityDeps {
  readonly tokens: ReferenceTokens;
  readonly logins: LoginStore;
}

/**
 * The authority: introspection (RFC 7662) and revocation (RFC 7009) of reference tokens, and what its
 * own instances need besides. All of it asks who is calling, introspection too: whoever finds a token
 * must not learn from it whose it is (RFC 7662, section 4).
 */
export function createAuthorityApp(options: AuthorityAppDeps): Koa {
  const { tokens, logins, secret, drain, log } = options;
  const counters = newCounters(options.counters);
  return createRoutedApp({
    routes: [...healthRoutes, ...authorityRoutes],
    parts: { counters: options.counters },
    deps: { tokens, logins, checkStores: () => logins.check(), drain, counters },
    guards: { holders: { instance: requireInstance(secret) } },
    drain,
    log,
    counters,
  });
}

function requireInstance(secret: Uint8Array) {
  return ({ req }: Context): void => {
    const given = readAuthorization(req, 'Bearer', BEARER_CHALLENGE);
    if (!isSameSecret(given, secret)) {
      throw invalidToken('AUTHORITY_SECRET must be the same for the authority and its instances.');
    }
  };
}

const issueBody = jsonBody(
  z.strictObject({
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
  }),
);

/** Between servers of one service, so no document describes them (docs/contracts.md does). */
const authorityRoutes: readonly Route<AuthorityDeps>[] = [
  {
    method: 'post',
    path: '/introspect',
    access: 'instance',
    takes: tokenForm,
    handle: async (ctx, { tokens }) => {
      ctx.body = await tokens.introspect((await readForm(ctx, tokenForm)).token);
    },
  },
  {
    method: 'post',
    path: '/revoke',
    access: 'instance',
    takes: tokenForm,
    handle: async (ctx, { tokens }) => {
      await tokens.revoke((await readForm(ctx, tokenForm)).token);
      ctx.status = 200;
      ctx.body = '';
    },
  },
  {
    method: 'post',
    path: '/users/:id/logins',
    access: 'instance',
    takes: issueBody,
    handle: async (ctx, { tokens }) => {
      const userId = readId(ctx.params.id);
      const { email, name, client, delegation } = await readBody(ctx, issueBody);
      const principal = { userId, email, name };
      ctx.status = 201;
      ctx.body =
        delegation === undefined
          ? await tokens.issue(principal, client)
          : await tokens.delegate(principal, client, delegation, delegation.lifeMs);
    },
  },
  {
    method: 'get',
    path: '/users/:id/logins',
    access: 'instance',
    mayKeep: 'nobody',
    handle: async (ctx, { logins }) => {
      ctx.body = { items: (await logins.list(readId(ctx.params.id))).map(loginOf) };
    },
  },
  {
    method: 'delete',
    path: '/users/:id/logins',
    access: 'instance',
    handle: async (ctx, { logins }) => {
      const { except } = ctx.query;
      await logins.endAll(readId(ctx.params.id), typeof except === 'string' ? except : undefined);
      ctx.status = 204;
    },
  },
  {
    method: 'delete',
    path: '/users/:id/logins/:login',
    access: 'instance',
    handle: async (ctx, { logins }) => {
      const ended = await logins.end(readId(ctx.params.id), ctx.params.login as string);
      // Not a 404: that is what a wrong AUTHORITY_URL would answer too.
      ctx.body = { ended };
    },
  },
];
