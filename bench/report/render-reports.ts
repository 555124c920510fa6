import type { Result } from '../model/result-schema.js';
import { renderTrialsCsv } from './csv.js';
import { renderHtml } from './html.js';
import { renderMarkdown } from './markdown.js';

export interface RenderedReport {
  /** Of its file: "report.html". */
  name: string;
  text: string;
}

const FORMS: readonly { name: string; render: (result: Result) => string }[] = [
  { name: 'report.html', render: renderHtml },
  { name: 'report.md', render: renderMarkdown },
  { name: 'trials.csv', render: renderTrialsCsv },
];

/** Every form of the report. */
export function renderReports(result: Result): RenderedReport[] {
  return FORMS.map(({ name, render }) => ({ name, text: render(result) }));
}
