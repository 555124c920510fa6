/**
 * The report of a run that was asked questions, as one file: the answers on the first screen, then what to
 * choose by, then everything that was measured, folded. No script, no request to anywhere.
 */
import { asWhole, partsOf } from '../model/parts.js';
import type { Question, Result } from '../model/result-schema.js';
import type { Section } from '../text/blocks.js';
import { countOf } from '../text/count-of.js';
import { code, formatTime } from '../text/format.js';
import { type Answer, answersOf } from './answers/answers.js';
import { choiceBlocks } from './answers/choice.js';
import { doorBlocks } from './answers/doors.js';
import { escapeHtml } from './html/escape.js';
import { renderPage, renderSection } from './html/page.js';
import { inline } from './html/render-block.js';
import type { Language } from './language/language.js';
import { LANGUAGES } from './language/languages.js';
import { OF_THE_RUN, sectionsOf } from './sections.js';
import { type ReportedVariant, viewOf } from './view.js';

export function renderQuestionPage(result: Result, language: Language): string {
  const view = viewOf(result);
  const answers = answersOf(result, language);
  const names = `${compared(view.variants)} ${workloadsOf(result)}`;
  const inEveryLanguage = [
    renderSection({ id: 'choose', title: 'What should I use?', blocks: choiceBlocks(result) }),
    ...detailsOf(result).map(renderDetails),
  ].join('\n');
  return renderPage({
    language: language.tag,
    title: headingOf(view.variants, language),
    header: `<p class="subtitle">${inline(measuredOn(result, language))}</p>
${result.partial ? `<p class="notice">${inline(language.partial)}</p>` : ''}`,
    main: `<div class="answers">
${answers.map((answer) => renderAnswer(answer, language)).join('\n')}
</div>
<p class="subtitle">${inEnglish('span', inline(names), language)} ${inline(language.more)} ${LINKS}</p>
${inEnglish('div', inEveryLanguage, language)}
${renderGlossary(language)}`,
  });
}

/** What is written in English on every page: a screen reader must not read it by the rules of another language. */
function inEnglish(element: 'div' | 'span', markup: string, { tag }: Language): string {
  return tag === LANGUAGES.en.tag ? markup : `<${element} lang="en">${markup}</${element}>`;
}

/** "session or jwt?" */
export function headingOf(variants: readonly ReportedVariant[], language: Language): string {
  const compared = variants.filter(({ control }) => !control);
  return language.heading((compared.length > 0 ? compared : variants).map(({ id }) => id));
}

/** What each name stands for: a figure is of that program, and of no idea in general. */
export function compared(variants: readonly ReportedVariant[]): string {
  return variants
    .filter(({ summary, difference }) => summary !== '' && difference === '')
    .map(({ id, summary }) => `${code(id)}: ${summary}.`)
    .join(' ');
}

/** What a request of each workload is. */
export function workloadsOf({ workloads = [] }: Result): string {
  return workloads.map(({ name, summary }) => `${code(name)}: ${summary}.`).join(' ');
}

/** From the folder of a run in results/. */
const LINKS = ['reading-a-report', 'method', 'process-lottery', 'strategies']
  .map((page) => `<a href="../../docs/${page}.md">docs/${page}.md</a>`)
  .join(' ');

export function measuredOn(result: Result, language: Language): string {
  const { environment, lab, startedAt } = result;
  const seconds = Math.round(lab.wallSeconds);
  return language.measuredOn({
    time: formatTime(startedAt),
    machine: `${environment.cpuModel}, ${countOf(environment.cores, 'core')}, Node ${environment.node}`,
    length: `${seconds} s`,
  });
}

function renderAnswer(
  { question, title, certainty, sentences, basis, picture }: Answer,
  language: Language,
): string {
  const small = basis.join(' ');
  const sure = certainty
    ? `<p class="sure ${certainty}"><abbr title="${escapeHtml(small.replaceAll('`', ''))}">${language.certainty[certainty]}</abbr></p>`
    : '';
  const figure = picture
    ? `<figure><figcaption class="title">${inline(picture.title)}</figcaption>${picture.svg}</figure>`
    : '';
  return `<section class="answer-card" id="${question}" aria-labelledby="${question}-heading">
<h2 id="${question}-heading">${escapeHtml(title)}</h2>
${sure}
<p class="says">${sentences.map(inline).join(' ')}</p>
${figure}
<p class="legend">${inline(small)}</p>
</section>`;
}

interface Details {
  id: string;
  title: string;
  sections: Section[];
}

const DETAILS: Record<Question, string> = {
  cost: 'Every figure on what a request costs',
  scale: 'Every figure on adding servers',
  logout: 'Every figure on logging out',
};

/** For engineers: each plan in full, then what is true of the whole run. */
export function detailsOf(result: Result): Details[] {
  const plans = partsOf(result).flatMap((part) => {
    const { question } = part.config;
    if (question === undefined || question === 'logout') return [];
    const sections = sectionsOf(viewOf(asWhole(result, part))).filter(
      ({ id }) => !OF_THE_RUN.has(id),
    );
    return [{ id: `all-${question}`, title: DETAILS[question], sections }];
  });
  const ofRun = sectionsOf(viewOf(asWhole(result, result))).filter(({ id }) => OF_THE_RUN.has(id));
  return [
    ...plans,
    ...(result.logout
      ? [
          {
            ...{ id: 'all-logout', title: DETAILS.logout },
            sections: [
              {
                id: 'doors',
                title: 'Each server after the logout',
                blocks: doorBlocks(result.logout),
              },
            ],
          },
        ]
      : []),
    { id: 'all-run', title: 'Method, machine, and how to repeat this run', sections: ofRun },
  ];
}

function renderDetails({ id, title, sections }: Details): string {
  const inside = sections
    .map((section) => withIds(renderSection(section, 'title'), `${id}-`))
    .join('\n');
  return `<details id="${id}"><summary id="${id}-title">${escapeHtml(title)}</summary>
${inside}
</details>`;
}

/** Two plans have the same sections and charts, and a page has each id once. */
function withIds(html: string, prefix: string): string {
  return html
    .replace(/ id="([^"]+)"/g, ` id="${prefix}$1"`)
    .replace(/ aria-labelledby="([^"]+)"/g, (_whole, ids: string) => {
      const each = ids.split(' ').map((id) => prefix + id);
      return ` aria-labelledby="${each.join(' ')}"`;
    })
    .replace(/url\(#/g, `url(#${prefix}`)
    .replace(/ href="#/g, ` href="#${prefix}`)
    .replace(/xlink:href="#/g, `xlink:href="#${prefix}`);
}

function renderGlossary({ glossary }: Language): string {
  const entries = glossary.entries
    .map(([term, meaning]) => `<dt>${inline(term)}</dt><dd>${inline(meaning)}</dd>`)
    .join('\n');
  return `<section id="words-used" aria-labelledby="words-used-heading">
<h2 id="words-used-heading">${escapeHtml(glossary.title)}</h2>
<dl>
${entries}
</dl>
</section>`;
}
