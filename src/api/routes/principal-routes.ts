import { SCOPES } from '../../auth/strategy.js';
import type { ApiRoute } from '../route.js';

export const PRINCIPAL_PATH = '/auth/principal';

/**
 * What the credential of this very request allows: for servers of the same API that cannot tell by
 * themselves and were handed it (src/apps/callers/ask-service.ts). It is introspection (RFC 7662) by
 * the bearer: who holds a credential may know what it is good for, so nobody needs a secret to ask.
 * Name and address are not told: somebody who acts for the user may not read those (GET /me).
 */
export const principalRoutes: readonly ApiRoute<unknown>[] = [
  {
    method: 'get',
    path: PRINCIPAL_PATH,
    // A credential of any scope may ask which scopes it has.
    access: 'credential',
    mayKeep: 'nobody',
    askedBy: 'servers',
    operation: {
      id: 'readPrincipal',
      tag: 'account',
      summary: 'What the credential of this request allows',
      answers: [{ status: 200, description: 'Whose it is, and what for.', schema: 'Principal' }],
    },
    handle: (ctx, _deps, { userId, delegation }) => {
      ctx.body = {
        id: userId,
        scope: delegation?.scope ?? SCOPES,
        actor: delegation?.actor ?? null,
      };
    },
  },
];
