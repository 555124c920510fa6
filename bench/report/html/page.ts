/** What every page of a report has around its content: one file, no script, no request to anywhere. */
import type { Section } from '../../text/blocks.js';
import { escapeHtml } from './escape.js';
import { renderBlock } from './render-block.js';
import { STYLE } from './style.js';

export interface Page {
  /** BCP 47. */
  language: string;
  title: string;
  /** Markup, as is `main`. */
  header: string;
  main: string;
}

export function renderPage({ language, title, header, main }: Page): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
${header}
</header>
<main>
${main}
</main>
</body>
</html>
`;
}

/** @param within id of the element that tells sections of the same title apart, for screen readers */
export function renderSection({ id, title, blocks }: Section, within?: string): string {
  const names = within === undefined ? `${id}-heading` : `${within} ${id}-heading`;
  return `<section id="${id}" aria-labelledby="${names}">
<h2 id="${id}-heading">${escapeHtml(title)}</h2>
${blocks.map(renderBlock).join('\n')}
</section>`;
}
