/** Step 3: the server of step 2 with Koa. What every request needs is middleware, written once. */
import Koa from 'koa';
import Router from 'koa-router';
import * as z from 'zod';
import { readJson } from './read-json.js';

const port = Number(process.env.PORT ?? 3000);
const newNote = z.strictObject({ text: z.string().min(1).max(500) });
const notes = new Map<number, { id: number; text: string }>();
let lastId = 0;

const router = new Router();

router.get('/notes', (ctx) => {
  ctx.body = [...notes.values()];
});

router.post('/notes', async (ctx) => {
  const { text } = await readJson(ctx.req, newNote);
  const note = { id: ++lastId, text };
  notes.set(note.id, note);
  ctx.status = 201;
  ctx.set('Location', `/notes/${note.id}`);
  ctx.body = note;
});

router.get('/notes/:id', (ctx) => {
  ctx.body = notes.get(Number(ctx.params.id)) ?? ctx.throw(404, 'There is no such note.');
});

router.delete('/notes/:id', (ctx) => {
  if (!notes.delete(Number(ctx.params.id))) ctx.throw(404, 'There is no such note.');
  ctx.status = 204;
});

const app = new Koa();

app.use(async (ctx, next) => {
  const startedMs = performance.now();
  try {
    await next();
  } finally {
    const ms = (performance.now() - startedMs).toFixed(1);
    ctx.res.once('finish', () => console.log(`${ctx.method} ${ctx.path} ${ctx.status} ${ms} ms`));
  }
});
app.use(router.routes());
app.use(router.allowedMethods());

app.listen(port, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${port}`);
});
