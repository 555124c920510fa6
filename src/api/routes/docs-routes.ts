import type { Context } from 'koa';
import { AppError } from '../../server/errors.js';
import type { DocsContent, DocsContents } from '../docs/contents.js';
import type { ApiRoute } from '../route.js';

export interface DocsDeps {
  readonly docs: DocsContents;
}

/**
 * The page runs scripts where cookies of the API are sent, so it takes none but its own files, talks to
 * nobody else and stands in no frame. Swagger UI has its pictures in its style sheet (`data:`).
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** How the API documents itself: its description, and a page to read and try it. */
export const docsRoutes: readonly ApiRoute<DocsDeps>[] = [
  {
    // Who opens the bare address in a browser wants to see something; to others it says where that is.
    method: 'get',
    path: '/',
    partOf: 'docs',
    access: 'anyone',
    mayKeep: 'nobody',
    gives: 'nothing',
    operation: {
      id: 'openDocs',
      tag: 'documentation',
      summary: 'Leads to the page at /docs',
      answers: [{ status: 303, description: 'The page is at Location.', headers: ['Location'] }],
    },
    handle: async (ctx) => {
      // Before the status, which Koa would make a 204: no text of Koa's stands in the answer.
      ctx.body = null;
      ctx.status = 303;
      // Relative, so that it holds behind a web server too (RFC 9110, section 10.2.2).
      ctx.set('Location', '/docs');
    },
  },
  {
    method: 'get',
    path: '/openapi.json',
    partOf: 'docs',
    access: 'anyone',
    mayKeep: 'everybody, asking',
    operation: {
      id: 'readOpenApi',
      tag: 'documentation',
      summary: 'This document',
      parameters: ['ifNoneMatch'],
      answers: [
        {
          status: 200,
          description: 'The API under the strategy of this instance.',
          schema: 'OpenApi',
          headers: ['ETag'],
        },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
    },
    handle: async (ctx, { docs }) => send(ctx, await docs.document()),
  },
  {
    method: 'get',
    path: '/docs',
    partOf: 'docs',
    access: 'anyone',
    mayKeep: 'everybody, asking',
    gives: 'text/html',
    operation: {
      id: 'readDocs',
      tag: 'documentation',
      summary: 'A page that shows this document, and tries the API',
      parameters: ['ifNoneMatch'],
      answers: [
        { status: 200, description: 'Swagger UI.', headers: ['ETag'] },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
    },
    handle: async (ctx, { docs }) => {
      ctx.set('Content-Security-Policy', PAGE_POLICY);
      ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
      ctx.set('Referrer-Policy', 'same-origin');
      send(ctx, await docs.page());
    },
  },
  {
    method: 'get',
    path: '/docs/:file',
    partOf: 'docs',
    access: 'anyone',
    mayKeep: 'everybody, asking',
    gives: '*/*',
    operation: {
      id: 'readDocsFile',
      tag: 'documentation',
      summary: 'What that page is made of',
      parameters: ['docsFile', 'ifNoneMatch'],
      answers: [
        { status: 200, description: 'A script, a style sheet or an icon.', headers: ['ETag'] },
        { status: 304, description: 'It is that of If-None-Match.', headers: ['ETag'] },
      ],
      problems: ['not_found'],
    },
    handle: async (ctx, { docs }) => {
      const content = docs.file(ctx.params.file as string);
      if (content === undefined) {
        throw new AppError('not_found');
      }
      send(ctx, await content);
    },
  },
];

function send(ctx: Context, { type, body, etag }: DocsContent): void {
  ctx.status = 200;
  ctx.type = type;
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
  ctx.etag = etag;
  if (ctx.fresh) {
    ctx.status = 304;
  } else {
    ctx.body = body;
  }
}
