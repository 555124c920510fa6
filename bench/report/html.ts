import type { Result } from '../model/result-schema.js';
import { isSameProgram, strategiesOf } from '../model/variant.js';
import { countOf } from '../text/count-of.js';
import { formatTime, listOf } from '../text/format.js';
import { escapeHtml } from './html/escape.js';
import { renderPage, renderSection } from './html/page.js';
import type { Language } from './language/language.js';
import { LANGUAGES } from './language/languages.js';
import { renderQuestionPage } from './question-page.js';
import { sectionsOf } from './sections.js';
import { type ReportedVariant, type ReportView, viewOf } from './view.js';

/** The report as one file: no request to anywhere, no script. */
export function renderHtml(result: Result, language: Language = LANGUAGES.en): string {
  return result.questions ? renderQuestionPage(result, language) : renderPlan(result);
}

function renderPlan(result: Result): string {
  const view = viewOf(result);
  const sections = sectionsOf(view);
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escapeHtml(title)}</a>`);
  return renderPage({
    language: 'en',
    title: titleOf(view),
    header: `<p class="subtitle">${escapeHtml(subtitleOf(view))}</p>
<nav aria-label="Sections">${links.join(' ')}</nav>`,
    main: sections.map((section) => renderSection(section)).join('\n'),
  });
}

/** A heading stays short; the first section names them all. */
const MOST_NAMED = 4;

/** "session and jwt compared" */
export function titleOf({ variants, result }: ReportView): string {
  const what = result.config.targets ? 'targets' : 'strategies';
  const compared = variants.filter(({ control }) => !control);
  const shown = compared.length > 0 ? compared : variants;
  const isNamed = what === 'targets';
  if (!isNamed && strategiesOf(shown).length < shown.length) return titleOfVariants(shown);
  const ids = shown.map(({ id }) => id);
  if (ids.length === 2) return `${ids.join(' against ')}, measured`;
  if (ids.length > MOST_NAMED) return `${ids.length} ${what} compared`;
  return ids.length === 1 ? `${ids[0]}, measured` : `${listOf(ids)} compared`;
}

/** "session against itself, measured", "2 strategies in 5 variants, compared" */
function titleOfVariants(variants: readonly ReportedVariant[]): string {
  const strategies = strategiesOf(variants);
  const who = strategies.length === 1 ? strategies[0] : `${strategies.length} strategies`;
  const [first, ...others] = variants;
  return first && others.every((other) => isSameProgram(first, other))
    ? `${who} against itself, measured`
    : `${who} in ${variants.length} variants, compared`;
}

export function subtitleOf({ result }: ReportView): string {
  const { environment, config, startedAt, partial } = result;
  const attempts = result.sustained?.reduce((sum, rate) => sum + rate.attempts.length, 0);
  const measured =
    attempts === undefined
      ? `${result.trials.length} of ${countOf(config.order.length, 'trial')}`
      : countOf(attempts, 'attempt');
  const parts = [
    formatTime(startedAt),
    `profile ${config.profile}`,
    `${config.targets ? 'load from ' : ''}${environment.cpuModel}, ${countOf(environment.cores, 'core')}`,
    `${measured}${partial ? ', cut short' : ''}`,
  ];
  return parts.join(' · ');
}
