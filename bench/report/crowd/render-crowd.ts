/** The report of a crowd: one file of HTML without a script or a request, and Markdown. */
import type { CrowdResult } from '../../model/crowd-schema.js';
import { code, formatTime, listOf } from '../../text/format.js';
import { escapeHtml } from '../html/escape.js';
import { renderPage, renderSection } from '../html/page.js';
import { renderSection as renderMarkdownSection } from '../markdown.js';
import { crowdSections, formatCount, overview } from './crowd-sections.js';

export function renderCrowd(result: CrowdResult): { name: string; text: string }[] {
  const sections = crowdSections(result);
  const title = `${formatCount(result.users)} users at once: ${listOf(result.variants.map(({ strategy }) => strategy)) || 'nothing measured'}`;
  const { startedAt, machine, partial } = result;
  const subtitle = `${formatTime(startedAt)} · ${machine.cpuModel}, ${machine.cores} cores${partial ? ' · cut short' : ''}`;
  return [
    {
      name: 'report.html',
      text: renderPage({
        ...{ language: 'en', title },
        header: `<p class="subtitle">${escapeHtml(subtitle)}</p>`,
        main: sections.map((section) => renderSection(section)).join('\n'),
      }),
    },
    {
      name: 'report.md',
      text: `${[`# ${title}`, subtitle, ...sections.map((section) => renderMarkdownSection(section))].join('\n\n')}\n`,
    },
  ];
}

/** Several runs in one table, for a page of the documentation. */
export function crowdTables(results: readonly CrowdResult[]): string {
  return [
    ...overview(results).map((section) => renderMarkdownSection(section)),
    ...results.map(
      ({ startedAt, command, machine }) =>
        `- ${formatTime(startedAt)}, ${machine.cpuModel}, ${machine.cores} cores: ${code(command)}`,
    ),
  ].join('\n\n');
}
