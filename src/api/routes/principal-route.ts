import type Router from 'koa-router';
import { type AuthStrategy, SCOPES } from '../../auth/strategy.js';

export const PRINCIPAL_PATH = '/auth/principal';

/**
 * What the credential of this very request allows: for servers of the same API that cannot tell by
 * themselves and were handed it (src/prediction/server/ask-service.ts). It is introspection (RFC 7662)
 * by the bearer: who holds a credential may know what it is good for, so nobody needs a secret to ask.
 * Name and address are not told: somebody who acts for the user may not read those (GET /me).
 */
export function addPrincipalRoute(router: Router, strategy: AuthStrategy): void {
  router.get(PRINCIPAL_PATH, async (ctx) => {
    // Not by requirePrincipal: a credential of any scope may ask which scopes it has.
    const { userId, delegation } = await strategy.authenticate(ctx);
    ctx.body = {
      id: userId,
      scope: delegation?.scope ?? SCOPES,
      actor: delegation?.actor ?? null,
    };
  });
}
