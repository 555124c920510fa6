import type { Context } from 'koa';
import type Router from 'koa-router';
import type { AuthStrategy } from '../auth/strategy.js';
import type { Author, Posts } from '../data/posts.js';
import { readGuardedBody } from './guarded-body.js';
import { principalOf, requirePrincipal } from './principal.js';
import { encodeCursor, postBody, postPatchBody, readId, readPageRequest } from './validation.js';

export interface PostRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly posts: Posts;
}

/** Posts: everyone logged in reads all, only the owner, or who acts for them, changes one. */
export function addPostRoutes(router: Router, { strategy, posts }: PostRoutesDeps): void {
  const mayRead = requirePrincipal(strategy, 'posts:read');
  const mayWrite = requirePrincipal(strategy, 'posts:write');

  router.get('/posts', mayRead, async (ctx) => {
    const { limit, beforeId } = readPageRequest(ctx);
    // One more than asked for tells whether there is a next page.
    const found = await posts.list({ limit: limit + 1, beforeId });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last !== undefined ? encodeCursor(last.id) : null;
    ctx.body = { items, nextCursor };
  });

  router.post('/posts', mayWrite, async (ctx) => {
    const content = await readGuardedBody(ctx, strategy, postBody);
    const post = await posts.create(authorOf(ctx), content);
    ctx.status = 201;
    ctx.set('Location', `/posts/${post.id}`);
    ctx.body = post;
  });

  router.get('/posts/:id', mayRead, async (ctx) => {
    ctx.body = await posts.read(readId(ctx.params.id));
  });

  router.put('/posts/:id', mayWrite, async (ctx) => {
    const id = readId(ctx.params.id);
    const content = await readGuardedBody(ctx, strategy, postBody);
    ctx.body = await posts.change(id, authorOf(ctx), content);
  });

  router.patch('/posts/:id', mayWrite, async (ctx) => {
    const id = readId(ctx.params.id);
    const content = await readGuardedBody(ctx, strategy, postPatchBody);
    ctx.body = await posts.change(id, authorOf(ctx), content);
  });

  router.delete('/posts/:id', mayWrite, async (ctx) => {
    await posts.remove(readId(ctx.params.id), principalOf(ctx).userId);
    ctx.status = 204;
  });
}

/** In whose name it is written, and who writes. */
function authorOf(ctx: Context): Author {
  const { userId, delegation } = principalOf(ctx);
  return { ownerId: userId, actedBy: delegation?.actor ?? null };
}
