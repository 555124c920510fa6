/**
 * The same report for a terminal or a pull request: GitHub's tables, no HTML, no pictures.
 */
import type { Result } from '../model/result-schema.js';
import { type Block, type Section, type Table, textOfCell } from '../text/blocks.js';
import { answersOf } from './answers/answers.js';
import { choiceBlocks } from './answers/choice.js';
import { subtitleOf, titleOf } from './html.js';
import type { Language } from './language/language.js';
import { LANGUAGES } from './language/languages.js';
import { compared, detailsOf, headingOf, measuredOn, workloadsOf } from './question-page.js';
import { sectionsOf } from './sections.js';
import { viewOf } from './view.js';

export function renderMarkdown(result: Result, language: Language = LANGUAGES.en): string {
  return result.questions ? renderQuestions(result, language) : renderPlan(result);
}

/** The answers first, then what to choose by, then every figure. */
function renderQuestions(result: Result, language: Language): string {
  const { variants } = viewOf(result);
  const answers = answersOf(result, language).flatMap(({ title, certainty, sentences, basis }) => [
    `## ${inline(title)}`,
    `${certainty ? `**${language.certainty[certainty]}.** ` : ''}${sentences.map(inline).join(' ')}`,
    ...(basis.length > 0 ? [inline(basis.join(' '))] : []),
  ]);
  const parts = [
    `# ${inline(headingOf(variants, language))}`,
    inline(measuredOn(result, language)),
    ...(result.partial ? [`> ${inline(language.partial)}`] : []),
    ...answers,
    inline(`${compared(variants)} ${workloadsOf(result)}`),
    renderSection({ id: 'choose', title: 'What should I use?', blocks: choiceBlocks(result) }),
    ...detailsOf(result).flatMap(({ title, sections }) => [
      `## ${inline(title)}`,
      ...sections.map((section) => renderSection(section, '###')),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderPlan(result: Result): string {
  const view = viewOf(result);
  const parts = [
    `# ${inline(titleOf(view))}`,
    inline(subtitleOf(view)),
    ...sectionsOf(view).map((section) => renderSection(section)),
  ];
  return `${parts.join('\n\n')}\n`;
}

export function renderSection({ title, blocks }: Section, mark = '##'): string {
  const parts = blocks.map(renderBlock).filter((text) => text !== '');
  return [`${mark} ${inline(title)}`, ...parts].join('\n\n');
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
