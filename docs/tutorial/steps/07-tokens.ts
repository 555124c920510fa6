/** Step 7: tokens. The server stores nothing of a login; the client brings it along, signed. */
import { randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import Koa, { type Context } from 'koa';
import Router from 'koa-router';
import { openUsers } from './users.js';

const { PORT = '3000', DATABASE_URL, TOKEN_SECRET = '' } = process.env;
const secret = Buffer.from(TOKEN_SECRET, 'base64url');
if (secret.length < 32) throw new Error('TOKEN_SECRET needs 32 random bytes: see step 7.');
const LIFE_SECONDS = 300;
const users = await openUsers(DATABASE_URL);

// Imported once: a key made anew for each request would cost more than the check itself.
const hmac = { name: 'HMAC', hash: 'SHA-256' };
const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign', 'verify']);
/** What we write, and all that we accept. Whoever sends a token must not choose how it is checked. */
const algorithms = ['HS256'];
const typ = 'at+jwt';
const issuer = 'tutorial';
const audience = 'tutorial-notes';

const router = new Router();

router.post('/users', async (ctx) => {
  const { name } = await users.register(ctx.req);
  ctx.status = 201;
  ctx.body = { name };
});

router.post('/login', async (ctx) => {
  const { id, name } = await users.check(ctx.req);
  const token = await new SignJWT({ name })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(String(id))
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${LIFE_SECONDS} seconds`)
    .sign(key);
  ctx.body = { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS };
});

router.get('/me', async (ctx) => {
  ctx.body = { name: (await claimsOf(ctx)).name };
});

router.get('/status', (ctx) => {
  ctx.body = { port: Number(PORT) };
});

async function claimsOf(ctx: Context): Promise<JWTPayload> {
  const [, token] = /^Bearer (\S+)$/i.exec(ctx.get('Authorization')) ?? [];
  if (!token) {
    return ctx.throw(401, 'Log in first.', { headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  const requiredClaims = ['sub', 'jti', 'iat', 'exp'];
  const expected = { algorithms, typ, issuer, audience, requiredClaims };
  try {
    return (await jwtVerify(token, key, expected)).payload;
  } catch {
    const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
    return ctx.throw(401, 'This token does not count, or no longer.', { headers });
  }
}

const app = new Koa();
app.use(async (ctx, next) => {
  ctx.set('Cache-Control', 'no-store');
  await next();
});
app.use(router.routes());
app.use(router.allowedMethods());
app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${PORT}`);
});
