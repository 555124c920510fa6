import { createHash } from 'node:crypto';
import type { Message } from '../show/show-model.js';
import type { PageFiles } from './page-files.js';

const TITLE = 'Session and token laboratory, live';

/** Asks the server that it came from, and nobody else. */
export const LIVE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const LIVE_HTML = page(
  '<link rel="stylesheet" href="page.css">',
  '<script src="page.js"></script>',
);

/** A show as one file that plays again without a server. */
export function savedShow({ script, style }: PageFiles, messages: readonly Message[]): string {
  const data = forScript(JSON.stringify({ format: 'lab-show', version: 1, messages }));
  const code = script.replaceAll('</script', '<\\/script');
  const policy = `default-src 'none'; script-src '${hashOf(code)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return page(
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n<style>${style}</style>`,
    `<script type="application/json" id="show">${data}</script>\n<script>${code}</script>`,
  );
}

function page(head: string, scripts: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${TITLE}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<div id="live"></div>
<noscript>This page needs scripts.</noscript>
${scripts}
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON that no HTML parser takes for an end of the script. */
function forScript(json: string): string {
  return json
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
