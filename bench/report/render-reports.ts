import type { Result } from '../model/result-schema.js';
import { renderTrialsCsv } from './csv.js';
import { renderHtml } from './html.js';
import type { Language } from './language/language.js';
import { LANGUAGES } from './language/languages.js';
import { renderMarkdown } from './markdown.js';

export interface RenderedReport {
  /** Of its file: "report.html". */
  name: string;
  text: string;
}

type Render = (result: Result, language: Language) => string;

const FORMS: readonly { name: string; render: Render }[] = [
  { name: 'report.html', render: renderHtml },
  { name: 'report.md', render: renderMarkdown },
  { name: 'trials.csv', render: renderTrialsCsv },
];

/** Every form of the report. @param language of the answers; details and data are in English */
export function renderReports(result: Result, language: Language = LANGUAGES.en): RenderedReport[] {
  return FORMS.map(({ name, render }) => ({ name, text: render(result, language) }));
}
