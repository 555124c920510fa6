import { createHash } from 'node:crypto';
import type { DescribedInstance } from '../openapi/instance.js';
import type { DocumentedRoute } from '../route.js';
import { DOCS_FILES, DOCS_HTML, readDocsFile } from './files.js';

export interface DocsContent {
  readonly type: string;
  readonly body: string | Buffer;
  readonly etag: string;
}

/** What the documentation is made of. */
export interface DocsContents {
  document(): Promise<DocsContent>;
  page(): Promise<DocsContent>;
  /** Undefined where the page has no file of that name. */
  file(name: string): Promise<DocsContent> | undefined;
}

/**
 * Each content is made when it is first asked for, and kept: most instances are never asked. Who asks
 * meanwhile waits for the same, so that many at once cost no more than one.
 */
export function createDocsContents(
  instance: DescribedInstance,
  routes: readonly DocumentedRoute[],
): DocsContents {
  const contents = new Map<string, Promise<DocsContent>>();

  function once(
    name: string,
    make: () => Promise<Omit<DocsContent, 'etag'>>,
  ): Promise<DocsContent> {
    const content = contents.get(name) ?? make().then(withEtag);
    contents.set(name, content);
    content.catch(() => contents.delete(name));
    return content;
  }

  return {
    document: () =>
      once('openapi.json', async () => {
        const { createDocument } = await import('../openapi/document.js');
        const body = JSON.stringify(createDocument(instance, routes));
        return { type: 'application/json', body };
      }),
    page: () => once('', async () => ({ type: 'text/html', body: DOCS_HTML })),
    file: (name) => {
      const file = Object.hasOwn(DOCS_FILES, name) ? DOCS_FILES[name] : undefined;
      return file && once(name, async () => ({ type: file.type, body: await readDocsFile(file) }));
    },
  };
}

function withEtag(content: Omit<DocsContent, 'etag'>): DocsContent {
  return { ...content, etag: createHash('sha256').update(content.body).digest('base64url') };
}
