/** The report of drills: one file of HTML without a script or a request, and Markdown. */
import type { DrillResult } from '../../model/drill-schema.js';
import { formatTime, listOf } from '../../text/format.js';
import { escapeHtml } from '../html/escape.js';
import { renderPage, renderSection } from '../html/page.js';
import { renderSection as renderMarkdownSection } from '../markdown.js';
import { drillSections } from './drill-sections.js';

export function renderDrills(result: DrillResult): { name: string; text: string }[] {
  return [
    { name: 'report.html', text: renderDrillHtml(result) },
    { name: 'report.md', text: renderDrillMarkdown(result) },
  ];
}

function renderDrillHtml(result: DrillResult): string {
  const sections = drillSections(result);
  const links = sections.map(({ id }) => `<a href="#${id}">${escapeHtml(id)}</a>`);
  return renderPage({
    language: 'en',
    title: titleOf(result),
    header: `<p class="subtitle">${escapeHtml(subtitleOf(result))}</p>
<nav aria-label="Drills">${links.join(' ')}</nav>`,
    main: sections.map((section) => renderSection(section)).join('\n'),
  });
}

function renderDrillMarkdown(result: DrillResult): string {
  const parts = [
    `# ${titleOf(result)}`,
    subtitleOf(result),
    ...drillSections(result).map((section) => renderMarkdownSection(section)),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The sections without a heading of their own page, for a page of the documentation. */
export function renderDrillTables(result: DrillResult): string {
  return [
    subtitleOf(result),
    ...drillSections(result).map((section) => renderMarkdownSection(section)),
  ].join('\n\n');
}

function titleOf({ variants }: DrillResult): string {
  const ids = variants.map(({ id }) => id);
  return ids.length <= 3
    ? `${listOf(ids)}, broken on purpose`
    : `${ids.length} strategies, broken on purpose`;
}

function subtitleOf({ startedAt, machine, partial }: DrillResult): string {
  return `${formatTime(startedAt)} · ${machine.cpuModel}, ${machine.cores} cores${partial ? ' · cut short' : ''}`;
}
