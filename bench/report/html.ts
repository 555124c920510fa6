import { strategyOfArm } from '../model/arms.js';
import type { Result, RunConfig } from '../model/result-schema.js';
import type { Section } from '../text/blocks.js';
import { countOf } from '../text/count-of.js';
import { formatTime, listOf } from '../text/format.js';
import { escapeHtml } from './html/escape.js';
import { renderBlock } from './html/render-block.js';
import { STYLE } from './html/style.js';
import { sectionsOf } from './sections.js';
import { isSameProgram } from './variants.js';
import { type ReportView, viewOf } from './view.js';

/** The report as one file: no request to anywhere, no script. */
export function renderHtml(result: Result): string {
  const view = viewOf(result);
  const sections = sectionsOf(view);
  const title = escapeHtml(titleOf(view));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="subtitle">${escapeHtml(subtitleOf(view))}</p>
<nav aria-label="Sections">${sections.map(({ id, title: name }) => `<a href="#${id}">${escapeHtml(name)}</a>`).join(' ')}</nav>
</header>
<main>
${sections.map(renderSection).join('\n')}
</main>
</body>
</html>
`;
}

/** A heading stays short; the first section names them all. */
const MOST_NAMED = 4;

/** "session and jwt compared" */
export function titleOf({ arms, result }: ReportView): string {
  const names = arms.filter(({ control }) => !control).map(({ name }) => name);
  const shown = names.length > 0 ? names : arms.map(({ name }) => name);
  const strategies = [...new Set(shown.map(strategyOfArm))];
  if (strategies.length < shown.length) return titleOfVariants(strategies, shown, result.config);
  if (shown.length === 2) return `${shown.join(' against ')}, measured`;
  if (shown.length > MOST_NAMED) return `${shown.length} strategies compared`;
  return shown.length === 1 ? `${shown[0]}, measured` : `${listOf(shown)} compared`;
}

/** "session against itself, measured", "2 strategies in 5 variants, compared" */
function titleOfVariants(
  strategies: readonly string[],
  [first = '', ...others]: readonly string[],
  config: RunConfig,
): string {
  const [only = ''] = strategies;
  const who = strategies.length === 1 ? only : `${strategies.length} strategies`;
  return strategies.length === 1 && others.every((arm) => isSameProgram(first, arm, config))
    ? `${who} against itself, measured`
    : `${who} in ${others.length + 1} variants, compared`;
}

export function subtitleOf({ result }: ReportView): string {
  const { environment, config, startedAt, partial } = result;
  const attempts = result.sustained?.reduce((sum, cell) => sum + cell.attempts.length, 0);
  const measured =
    attempts === undefined
      ? `${result.trials.length} of ${countOf(config.order.length, 'trial')}`
      : countOf(attempts, 'attempt');
  const parts = [
    formatTime(startedAt),
    `profile ${config.profile}`,
    `${environment.cpuModel}, ${countOf(environment.cores, 'core')}`,
    `${measured}${partial ? ', cut short' : ''}`,
  ];
  return parts.join(' · ');
}

function renderSection({ id, title, blocks }: Section): string {
  return `<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${escapeHtml(title)}</h2>
${blocks.map(renderBlock).join('\n')}
</section>`;
}
