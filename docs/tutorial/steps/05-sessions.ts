/** Step 5: sessions by hand. Who is logged in stands in the memory of this process. */
import { randomBytes } from 'node:crypto';
import Koa, { type Context } from 'koa';
import Router from 'koa-router';
import { httpError } from './read-json.js';
import { openUsers } from './users.js';

const { PORT = '3000', DATABASE_URL } = process.env;
const LIFE_MS = 30 * 60 * 1000;
const users = await openUsers(DATABASE_URL);
const sessions = new Map<string, { name: string; endsAtMs: number }>();

const router = new Router();

router.post('/users', async (ctx) => {
  const { name } = await users.register(ctx.req);
  ctx.status = 201;
  ctx.body = { name };
});

router.post('/login', async (ctx) => {
  const { name } = await users.check(ctx.req);
  // A new id with each login: an id that somebody planted before is worth nothing.
  sessions.delete(ctx.cookies.get('session') ?? '');
  const id = randomBytes(32).toString('base64url');
  sessions.set(id, { name, endsAtMs: Date.now() + LIFE_MS });
  // Over HTTPS Koa adds "secure" by itself.
  ctx.cookies.set('session', id, { httpOnly: true, sameSite: 'lax', maxAge: LIFE_MS });
  ctx.body = { name };
});

router.get('/me', (ctx) => {
  ctx.body = { name: sessionOf(ctx).name };
});

router.post('/logout', (ctx) => {
  sessionOf(ctx);
  sessions.delete(ctx.cookies.get('session') ?? '');
  ctx.cookies.set('session', null);
  ctx.status = 204;
});

router.get('/status', (ctx) => {
  ctx.body = { port: Number(PORT), sessions: sessions.size };
});

function sessionOf(ctx: Context): { name: string } {
  const session = sessions.get(ctx.cookies.get('session') ?? '');
  if (!session || session.endsAtMs < Date.now()) throw httpError(401, 'Log in first.');
  return session;
}

/** Who never comes back never logs out: without this the memory would fill. */
setInterval(() => {
  for (const [id, { endsAtMs }] of sessions) if (endsAtMs < Date.now()) sessions.delete(id);
}, 60_000);

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
