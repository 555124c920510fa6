import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type Router from 'koa-router';
import { AppError } from '../../server/errors.js';
import { DOCS_FILES, DOCS_HTML, readDocsFile } from '../docs/files.js';
import type { DescribedInstance } from '../openapi/instance.js';

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

interface Content {
  readonly type: string;
  readonly body: string | Buffer;
  readonly etag: string;
}

/** How the API documents itself: its description, and a page to read and try it. */
export function addDocsRoutes(router: Router, instance: DescribedInstance | undefined): void {
  if (instance === undefined) {
    return;
  }
  const contents = new Map<string, Promise<Content>>();

  /**
   * Each is made when it is first asked for, and kept: most instances are never asked. Who asks meanwhile
   * waits for the same, so that many at once cost no more than one.
   */
  function once(name: string, make: () => Promise<Omit<Content, 'etag'>>): Promise<Content> {
    const content = contents.get(name) ?? make().then(withEtag);
    contents.set(name, content);
    content.catch(() => contents.delete(name));
    return content;
  }

  // Who opens the bare address in a browser wants to see something; to others it says where that is.
  router.get('/', async (ctx) => {
    // Before the status, which Koa would make a 204: no text of Koa's stands in the answer.
    ctx.body = null;
    ctx.status = 303;
    // Relative, so that it holds behind a web server too (RFC 9110, section 10.2.2).
    ctx.set('Location', '/docs');
  });

  router.get('/openapi.json', async (ctx) => {
    const content = await once('openapi.json', async () => {
      const { createDocument } = await import('../openapi/document.js');
      return { type: 'application/json', body: JSON.stringify(createDocument(instance)) };
    });
    send(ctx, content);
  });

  router.get('/docs', async (ctx) => {
    ctx.set('Content-Security-Policy', PAGE_POLICY);
    ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
    ctx.set('Referrer-Policy', 'same-origin');
    send(ctx, await once('', async () => ({ type: 'text/html', body: DOCS_HTML })));
  });

  router.get('/docs/:file', async (ctx) => {
    const name = ctx.params.file as string;
    const file = Object.hasOwn(DOCS_FILES, name) ? DOCS_FILES[name] : undefined;
    if (file === undefined) {
      throw new AppError('not_found');
    }
    send(ctx, await once(name, async () => ({ type: file.type, body: await readDocsFile(file) })));
  });
}

function withEtag(content: Omit<Content, 'etag'>): Content {
  return { ...content, etag: createHash('sha256').update(content.body).digest('base64url') };
}

function send(ctx: Context, { type, body, etag }: Content): void {
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
