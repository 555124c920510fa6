import type { Context } from 'koa';
import type { Principal } from '../../auth/strategy.js';
import type { IdempotencyKeys } from '../../data/idempotency-keys.js';
import type { Post } from '../../data/post.js';
import type { PostItem } from '../../data/post-statements.js';
import type { Author, Posts, Precondition } from '../../data/posts.js';
import { readGuardedBody } from '../body.js';
import { createOnce, readIdempotencyKey } from '../create-once.js';
import { entityTagOf } from '../entity-tags.js';
import { encodeCursor, pageLinks, readPageRequest } from '../paging.js';
import { readId } from '../path-ids.js';
import { isNotModified, readPreconditions, requireUnchanged } from '../preconditions.js';
import { postBody, postPatchBody } from '../request-bodies.js';
import type { ApiRoute, CallerCheck } from '../route.js';

export interface PostDeps {
  readonly callers: CallerCheck;
  readonly posts: Posts;
  readonly keys: IdempotencyKeys;
}

/** Posts: everyone logged in reads all, only the owner, or who acts for them, changes one. */
export const postRoutes: readonly ApiRoute<PostDeps>[] = [
  {
    method: 'get',
    path: '/posts',
    access: 'posts:read',
    mayKeep: 'own cache, asking',
    operation: {
      id: 'listPosts',
      tag: 'posts',
      summary: 'List posts, newest first',
      description: 'The page after a cursor stays the same however many posts are written since.',
      parameters: ['limit', 'cursor'],
      answers: [
        {
          status: 200,
          description: 'A page of posts.',
          schema: 'PostPage',
          headers: ['Link', 'Vary'],
        },
      ],
      problems: ['invalid_parameter'],
      uses: ['database'],
    },
    handle: async (ctx, { posts }) => {
      const page = readPageRequest(ctx);
      // One more than asked for tells whether there is a next page.
      const found = await posts.list({ limit: page.limit + 1, beforeId: page.beforeId });
      const items = found.slice(0, page.limit);
      const nextId = found.length > page.limit ? items.at(-1)?.id : undefined;
      ctx.set('Link', pageLinks(page, nextId));
      ctx.body = { items, nextCursor: nextId === undefined ? null : encodeCursor(nextId) };
    },
  },
  {
    method: 'post',
    path: '/posts',
    access: 'posts:write',
    takes: postBody,
    operation: {
      id: 'createPost',
      tag: 'posts',
      summary: 'Write a post',
      parameters: ['idempotencyKey'],
      answers: [
        {
          status: 201,
          description: 'The new post.',
          schema: 'Post',
          headers: ['Location', 'ETag'],
        },
      ],
      problems: [
        'account_gone',
        'malformed_idempotency_key',
        'idempotency_key_in_use',
        'idempotency_key_reused',
      ],
      uses: ['database'],
    },
    handle: async (ctx, { callers, posts, keys }, principal) => {
      const key = readIdempotencyKey(ctx);
      const content = await readGuardedBody(ctx, callers, postBody);
      const author = authorOf(principal);
      const post = await (key === undefined
        ? posts.create(author, content)
        : createOnce({ posts, keys }, key, author, content));
      ctx.status = 201;
      ctx.set('Location', `/posts/${post.id}`);
      ctx.set('ETag', entityTagOf(post));
      ctx.body = representationOf(post);
    },
  },
  {
    method: 'get',
    path: '/posts/:id',
    access: 'posts:read',
    mayKeep: 'own cache, asking',
    operation: {
      id: 'readPost',
      tag: 'posts',
      summary: 'Read a post',
      parameters: ['id'],
      conditional: true,
      answers: [
        { status: 200, description: 'The post.', schema: 'Post', headers: ['ETag', 'Vary'] },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag', 'Vary'] },
      ],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { posts }) => {
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
    },
  },
  {
    method: 'put',
    path: '/posts/:id',
    access: 'posts:write',
    takes: postBody,
    operation: {
      id: 'replacePost',
      tag: 'posts',
      summary: 'Replace a post of mine',
      parameters: ['id'],
      conditional: true,
      // No ETag: RFC 9110, section 9.3.4, forbids one where the server stores more than what was sent,
      // here the time. It would tell the client that what it sent is what there is.
      answers: [
        {
          status: 200,
          description: 'The post as it is now.',
          schema: 'Post',
          headers: ['Content-Location'],
        },
      ],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { callers, posts }, principal) => {
      const id = readId(ctx.params.id);
      const precondition = preconditionOf(ctx);
      const content = await readGuardedBody(ctx, callers, postBody);
      const post = await posts.change(id, authorOf(principal), content, precondition);
      ctx.body = representationOf(post);
      ctx.set('Content-Location', `/posts/${id}`);
    },
  },
  {
    method: 'patch',
    path: '/posts/:id',
    access: 'posts:write',
    takes: postPatchBody,
    operation: {
      id: 'changePost',
      tag: 'posts',
      summary: 'Change a part of a post of mine (RFC 7396)',
      parameters: ['id'],
      conditional: true,
      answers: [
        {
          status: 200,
          description: 'The post as it is now.',
          schema: 'Post',
          headers: ['Content-Location', 'ETag'],
        },
      ],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { callers, posts }, principal) => {
      const id = readId(ctx.params.id);
      const precondition = preconditionOf(ctx);
      const content = await readGuardedBody(ctx, callers, postPatchBody);
      const post = await posts.change(id, authorOf(principal), content, precondition);
      ctx.body = representationOf(post);
      ctx.set({ 'Content-Location': `/posts/${id}`, ETag: entityTagOf(post) });
    },
  },
  {
    method: 'delete',
    path: '/posts/:id',
    access: 'posts:write',
    operation: {
      id: 'removePost',
      tag: 'posts',
      summary: 'Delete a post of mine',
      parameters: ['id'],
      conditional: true,
      answers: [{ status: 204, description: 'It is gone.' }],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    handle: async (ctx, { posts }, { userId }) => {
      const id = readId(ctx.params.id);
      await posts.remove(id, userId, preconditionOf(ctx));
      ctx.status = 204;
    },
  },
];

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
function authorOf({ userId, delegation }: Principal): Author {
  return { ownerId: userId, actedBy: delegation?.actor ?? null };
}
