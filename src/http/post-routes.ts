import type Router from 'koa-router';
import type { AuthStrategy } from '../auth/strategy.js';
import type { Posts } from '../data/posts.js';
import { readBody } from './body.js';
import { principalOf, requirePrincipal } from './principal.js';
import { encodeCursor, postBody, postPatchBody, readId, readPageRequest } from './validation.js';

export interface PostRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly posts: Posts;
}

/** Posts: everyone logged in reads all, only the owner changes one. */
export function addPostRoutes(router: Router, { strategy, posts }: PostRoutesDeps): void {
  const principal = requirePrincipal(strategy);

  router.get('/posts', principal, async (ctx) => {
    const { limit, beforeId } = readPageRequest(ctx);
    // One more than asked for tells whether there is a next page.
    const found = await posts.list({ limit: limit + 1, beforeId });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor(last.id) : null;
    ctx.body = { items, nextCursor };
  });

  router.post('/posts', principal, async (ctx) => {
    const content = await readBody(ctx, postBody);
    const post = await posts.create(principalOf(ctx).userId, content);
    ctx.status = 201;
    ctx.set('Location', `/posts/${post.id}`);
    ctx.body = post;
  });

  router.get('/posts/:id', principal, async (ctx) => {
    ctx.body = await posts.read(readId(ctx.params.id));
  });

  router.put('/posts/:id', principal, async (ctx) => {
    const id = readId(ctx.params.id);
    const content = await readBody(ctx, postBody);
    ctx.body = await posts.change(id, principalOf(ctx).userId, content);
  });

  router.patch('/posts/:id', principal, async (ctx) => {
    const id = readId(ctx.params.id);
    const content = await readBody(ctx, postPatchBody);
    ctx.body = await posts.change(id, principalOf(ctx).userId, content);
  });

  router.delete('/posts/:id', principal, async (ctx) => {
    await posts.remove(readId(ctx.params.id), principalOf(ctx).userId);
    ctx.status = 204;
  });
}
