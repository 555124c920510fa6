import { post, postPage } from '../answer-schemas.js';
import type { Operation } from '../operation.js';
import { postPatch, post as postRequest } from '../request-schemas.js';

/** src/api/routes/post-routes.ts */
export function postOperations(): Operation[] {
  return [
    {
      id: 'listPosts',
      method: 'get',
      path: '/posts',
      tag: 'posts',
      summary: 'List posts, newest first',
      description: 'The page after a cursor stays the same however many posts are written since.',
      access: 'posts:read',
      parameters: ['limit', 'cursor'],
      answers: [
        {
          status: 200,
          description: 'A page of posts.',
          schema: postPage,
          headers: ['Link', 'Vary'],
        },
      ],
      problems: ['invalid_parameter'],
      uses: ['database'],
    },
    {
      id: 'createPost',
      method: 'post',
      path: '/posts',
      tag: 'posts',
      summary: 'Write a post',
      access: 'posts:write',
      parameters: ['idempotencyKey'],
      body: { kind: 'json', schema: postRequest },
      answers: [
        {
          status: 201,
          description: 'The new post.',
          schema: post,
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
    {
      id: 'readPost',
      method: 'get',
      path: '/posts/:id',
      tag: 'posts',
      summary: 'Read a post',
      access: 'posts:read',
      parameters: ['id'],
      conditional: true,
      answers: [
        { status: 200, description: 'The post.', schema: post, headers: ['ETag', 'Vary'] },
        {
          status: 304,
          description: 'It is that of If-None-Match.',
          headers: ['ETag', 'Vary'],
        },
      ],
      problems: ['invalid_parameter', 'not_found'],
      uses: ['database'],
    },
    {
      id: 'replacePost',
      method: 'put',
      path: '/posts/:id',
      tag: 'posts',
      summary: 'Replace a post of mine',
      access: 'posts:write',
      parameters: ['id'],
      body: { kind: 'json', schema: postRequest },
      conditional: true,
      answers: [
        {
          status: 200,
          description: 'The post as it is now.',
          schema: post,
          headers: ['Content-Location'],
        },
      ],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    {
      id: 'changePost',
      method: 'patch',
      path: '/posts/:id',
      tag: 'posts',
      summary: 'Change a part of a post of mine (RFC 7396)',
      access: 'posts:write',
      parameters: ['id'],
      body: {
        kind: 'json',
        schema: postPatch,
        mediaTypes: ['application/merge-patch+json', 'application/json'],
      },
      conditional: true,
      answers: [
        {
          status: 200,
          description: 'The post as it is now.',
          schema: post,
          headers: ['Content-Location', 'ETag'],
        },
      ],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
    {
      id: 'removePost',
      method: 'delete',
      path: '/posts/:id',
      tag: 'posts',
      summary: 'Delete a post of mine',
      access: 'posts:write',
      parameters: ['id'],
      conditional: true,
      answers: [{ status: 204, description: 'It is gone.' }],
      problems: ['invalid_parameter', 'not_owner', 'not_found'],
      uses: ['database'],
    },
  ];
}
