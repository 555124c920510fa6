/**
 * Entry: tokens as a careful tutorial writes them. Koa, koa-router and jose with HS256, the key
 * imported once as a CryptoKey, algorithm, issuer, audience, type and required claims checked.
 */
import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import Koa from 'koa';
import Router from 'koa-router';
import { listen, userOfLogin } from './tutorial-support.js';

const ISSUER = 'session-token-lab';
const AUDIENCE = 'session-token-lab-api';
const TYPE = 'at+jwt';

const key = await crypto.subtle.importKey(
  'raw',
  Buffer.from(process.env.TOKEN_SECRET ?? '', 'base64url'),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['sign', 'verify'],
);

const app = new Koa();
const router = new Router();

router.post('/auth/login', async (ctx) => {
  const { id, email, name } = await userOfLogin(ctx);
  const token = await new SignJWT({ email, name })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(String(id))
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1d')
    .sign(key);
  ctx.body = { access_token: token, token_type: 'Bearer' };
});

router.get('/me', async (ctx) => {
  const [scheme, token] = ctx.get('Authorization').split(' ');
  if (scheme !== 'Bearer' || token === undefined) return ctx.throw(401);
  const { payload } = await jwtVerify(token, key, {
    algorithms: ['HS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: TYPE,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  }).catch(() => ctx.throw(401));
  ctx.body = { id: Number(payload.sub), email: payload.email, name: payload.name };
});

app.use(router.routes());
await listen(app);
