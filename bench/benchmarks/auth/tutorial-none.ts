/**
 * Entry: the control of the tutorial forms. Koa and koa-router, nobody is authenticated. It reads the
 * user from the header, as our own control does, so that both controls decode the same fields.
 */
import Koa from 'koa';
import Router from 'koa-router';
import { listen, userOfLogin } from './tutorial-support.js';

const SCHEME = 'Unverified';

const app = new Koa();
const router = new Router();

router.post('/auth/login', async (ctx) => {
  const user = await userOfLogin(ctx);
  const token = Buffer.from(JSON.stringify(user)).toString('base64url');
  ctx.body = { access_token: token, token_type: SCHEME };
});

router.get('/me', (ctx) => {
  const credential = ctx.get('Authorization').slice(SCHEME.length + 1);
  const { id, email, name } = JSON.parse(Buffer.from(credential, 'base64url').toString());
  ctx.body = { id, email, name };
});

app.use(router.routes());
await listen(app);
