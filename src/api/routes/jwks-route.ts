import { createHash } from 'node:crypto';
import type Router from 'koa-router';
import type { AuthStrategy } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { cachingOf } from '../cache-control.js';

export const JWKS_PATH = '/.well-known/jwks.json';

/**
 * Where others find the keys that verify tokens (RFC 7517, section 5; the path is that of OpenID
 * providers). A key is here as soon as it exists, which is well before it signs.
 */
export function addJwksRoute(router: Router, strategy: AuthStrategy): void {
  router.get(JWKS_PATH, (ctx) => {
    const set = strategy.publicKeys?.();
    if (set === undefined) {
      throw new AppError('not_supported', {
        detail: 'This instance has no public keys to verify its credentials with.',
      });
    }
    const body = JSON.stringify(set);
    ctx.status = 200;
    ctx.type = 'application/jwk-set+json';
    ctx.set('Cache-Control', cachingOf(JWKS_PATH, ['GET']).cacheControl);
    ctx.etag = createHash('sha256').update(body).digest('base64url');
    if (ctx.fresh) {
      ctx.status = 304;
    } else {
      ctx.body = body;
    }
  });
}
