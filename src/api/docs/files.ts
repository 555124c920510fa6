import { readFile } from 'node:fs/promises';

export interface DocsFile {
  readonly type: string;
  readonly url: () => string;
}

const SCRIPT = 'text/javascript';

/** All that the page loads. Swagger UI comes from its package: nothing is fetched from elsewhere. */
export const DOCS_FILES: Readonly<Record<string, DocsFile>> = {
  'page.js': ofThisPage('page.js'),
  'login-panel.js': ofThisPage('login-panel.js'),
  'credential-of-answer.js': ofThisPage('credential-of-answer.js'),
  'swagger-ui-bundle.js': ofSwaggerUi('swagger-ui-bundle.js', SCRIPT),
  'swagger-ui.css': ofSwaggerUi('swagger-ui.css', 'text/css'),
  'favicon-32x32.png': ofSwaggerUi('favicon-32x32.png', 'image/png'),
};

function ofThisPage(name: string): DocsFile {
  return { type: SCRIPT, url: () => new URL(name, import.meta.url).href };
}

/** Found when it is asked for, so that an instance whose page nobody reads does not look for it. */
function ofSwaggerUi(name: string, type: string): DocsFile {
  return { type, url: () => import.meta.resolve(`swagger-ui-dist/${name}`) };
}

export function readDocsFile({ url }: DocsFile): Promise<Buffer> {
  return readFile(new URL(url()));
}

export const DOCS_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Session and token laboratory: the API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs scripts. The same, for machines: <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script type="module" src="/docs/page.js"></script>
</body>
</html>
`;
