import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../model/result-schema.js';
import { makeFolder } from '../processes/folders/make-folder.js';
import { renderTrialsCsv } from './csv.js';
import { renderHtml } from './html.js';
import { renderMarkdown } from './markdown.js';

const FILES: readonly { name: string; render: (result: Result) => string }[] = [
  { name: 'report.html', render: renderHtml },
  { name: 'report.md', render: renderMarkdown },
  { name: 'trials.csv', render: renderTrialsCsv },
];

/**
 * Writes every form of the report. A reader sees the old file or the new one, never half of one.
 *
 * @returns the paths written
 * @throws the error of the file system, after the unfinished file was removed
 */
export async function writeReports(folder: string, result: Result): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  for (const { name, render } of FILES) {
    const path = join(folder, name);
    await writeAtomically(path, render(result));
    paths.push(path);
  }
  return paths;
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
