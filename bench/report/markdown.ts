/**
 * The same report for a terminal or a pull request: GitHub's tables, no HTML, no pictures.
 */
import type { Result } from '../model/result-schema.js';
import { type Block, type Section, type Table, textOfCell } from '../text/blocks.js';
import { subtitleOf, titleOf } from './html.js';
import { sectionsOf } from './sections.js';
import { viewOf } from './view.js';

export function renderMarkdown(result: Result): string {
  const view = viewOf(result);
  const parts = [
    `# ${inline(titleOf(view))}`,
    inline(subtitleOf(view)),
    ...sectionsOf(view).map(renderSection),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderSection({ title, blocks }: Section): string {
  const parts = blocks.map(renderBlock).filter((text) => text !== '');
  return [`## ${inline(title)}`, ...parts].join('\n\n');
}

type Renderers = { [Kind in Block['kind']]: (block: Extract<Block, { kind: Kind }>) => string };

const RENDERERS: Renderers = {
  paragraph: ({ text }) => inline(text),
  heading: ({ text }) => `### ${inline(text)}`,
  notice: ({ text }) => `> **Note:** ${inline(text)}`,
  list: ({ items }) => items.map((item) => `- ${inline(item)}`).join('\n'),
  code: ({ text }) => `\`\`\`\n${text.replaceAll('```', '')}\n\`\`\``,
  // The table beside each chart carries its figures.
  figures: () => '',
  table: (block) => `${inline(block.caption)}\n\n${markdownTable(block)}`,
};

function renderBlock(block: Block): string {
  const render = RENDERERS[block.kind] as (block: Block) => string;
  return render(block);
}

/** Without its caption. */
export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ label }) => inCell(label))),
    line(columns.map(({ align }) => (align === 'right' ? '-:' : '-'))),
    ...rows.map((row) => line(row.map((cell) => inCell(textOfCell(cell))))),
  ].join('\n');
}

/** A pipe ends a cell, even inside code. */
function inCell(text: string): string {
  return inline(text).replace(/(?<!\\)\|/g, '\\|');
}

/** One line; what Markdown would take for markup is escaped, outside of `code`. */
export function inline(text: string): string {
  return text
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\s+/g, ' ')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') && part.endsWith('`') ? part : escapeMarkdown(part)))
    .join('');
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_[\]<>|]/g, (character) => `\\${character}`);
}
