import type { Context } from 'koa';
import type Router from 'koa-router';
import type { AuthStrategy } from '../../auth/strategy.js';
import type { IdempotencyKeys } from '../../data/idempotency-keys.js';
import type { Post } from '../../data/post.js';
import type { PostItem } from '../../data/post-statements.js';
import type { Author, Posts, Precondition } from '../../data/posts.js';
import { readGuardedBody } from '../../server/guarded-body.js';
import { createOnce } from '../create-once.js';
import { entityTagOf } from '../entity-tags.js';
import { readIdempotencyKey } from '../idempotency-key.js';
import { pageLinks } from '../page-links.js';
import { isNotModified, readPreconditions, requireUnchanged } from '../preconditions.js';
import { principalOf, requirePrincipal } from '../principal.js';
import { encodeCursor, postBody, postPatchBody, readId, readPageRequest } from '../validation.js';

export interface PostRoutesDeps {
  readonly strategy: AuthStrategy;
  readonly posts: Posts;
  readonly keys: IdempotencyKeys;
}

/** Posts: everyone logged in reads all, only the owner, or who acts for them, changes one. */
export function addPostRoutes(router: Router, { strategy, posts, keys }: PostRoutesDeps): void {
  const mayRead = requirePrincipal(strategy, 'posts:read');
  const mayWrite = requirePrincipal(strategy, 'posts:write');

  router.get('/posts', mayRead, async (ctx) => {
    const page = readPageRequest(ctx);
    // One more than asked for tells whether there is a next page.
    const found = await posts.list({ limit: page.limit + 1, beforeId: page.beforeId });
    const items = found.slice(0, page.limit);
    const nextId = found.length > page.limit ? items.at(-1)?.id : undefined;
    ctx.set('Link', pageLinks(page, nextId));
    ctx.body = { items, nextCursor: nextId === undefined ? null : encodeCursor(nextId) };
  });

  router.post('/posts', mayWrite, async (ctx) => {
    const key = readIdempotencyKey(ctx);
    const content = await readGuardedBody(ctx, strategy, postBody);
    const author = authorOf(ctx);
    const post = await (key === undefined
      ? posts.create(author, content)
      : createOnce({ posts, keys }, key, author, content));
    ctx.status = 201;
    ctx.set('Location', `/posts/${post.id}`);
    ctx.set('ETag', entityTagOf(post));
    ctx.body = representationOf(post);
  });

  router.get('/posts/:id', mayRead, async (ctx) => {
    const id = readId(ctx.params.id);
    const preconditions = readPreconditions(ctx);
    const post = await posts.read(id);
    const etag = entityTagOf(post);
    if (isNotModified(preconditions, etag)) {
      ctx.status = 304;
    } else {
      ctx.body = representationOf(post);
    }
    ctx.set('ETag', etag);
  });

  // The answer has no ETag: RFC 9110, section 9.3.4, forbids one where the server stores more than what
  // was sent, here the time. It would tell the client that what it sent is what there is.
  router.put('/posts/:id', mayWrite, async (ctx) => {
    const id = readId(ctx.params.id);
    const precondition = preconditionOf(ctx);
    const content = await readGuardedBody(ctx, strategy, postBody);
    ctx.body = representationOf(await posts.change(id, authorOf(ctx), content, precondition));
    ctx.set('Content-Location', `/posts/${id}`);
  });

  router.patch('/posts/:id', mayWrite, async (ctx) => {
    const id = readId(ctx.params.id);
    const precondition = preconditionOf(ctx);
    const content = await readGuardedBody(ctx, strategy, postPatchBody);
    const post = await posts.change(id, authorOf(ctx), content, precondition);
    ctx.body = representationOf(post);
    ctx.set({ 'Content-Location': `/posts/${id}`, ETag: entityTagOf(post) });
  });

  router.delete('/posts/:id', mayWrite, async (ctx) => {
    const id = readId(ctx.params.id);
    await posts.remove(id, principalOf(ctx).userId, preconditionOf(ctx));
    ctx.status = 204;
  });
}

/** What clients see of a post. */
function representationOf({ version: _version, ...representation }: Post): PostItem {
  return representation;
}

/** @throws AppError `malformed_precondition` */
function preconditionOf(ctx: Context): Precondition | undefined {
  const preconditions = readPreconditions(ctx);
  return preconditions && ((current) => requireUnchanged(preconditions, entityTagOf(current)));
}

/** In whose name it is written, and who writes. */
function authorOf(ctx: Context): Author {
  const { userId, delegation } = principalOf(ctx);
  return { ownerId: userId, actedBy: delegation?.actor ?? null };
}
