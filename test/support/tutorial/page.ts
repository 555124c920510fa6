/** The pages of the tutorial, and the blocks of code and of terminal in them. */
import { readdirSync, readFileSync } from 'node:fs';

export const TUTORIAL = new URL('../../../../docs/tutorial/', import.meta.url);

/** What follows the three backticks is its language, then more words about it. */
export interface Block {
  language: string;
  words: string[];
  text: string;
}

/** One command of a terminal, and what the page says it prints. */
export interface Exchange {
  /** "^C" stops what was started last; "stop web" and "start web" are typed where it runs. */
  command: string;
  output: string;
}

/** For instance "01-smallest-server.md". The index is not among them. */
export const PAGES = readdirSync(TUTORIAL).filter((name) => /^\d\d-.*\.md$/.test(name));

/** @param path below docs/tutorial */
export function readTutorial(path: string): string {
  return readFileSync(new URL(path, TUTORIAL), 'utf8');
}

/** Whether a line is typed without a prompt, in the terminal where a step runs. */
export function isTypedToStep(line: string): boolean {
  return line === '^C' || /^(stop|start) [a-z]+(-\d+)?$/.test(line);
}

const FENCED = /^```(\S*)([^\n]*)\n(.*?)^```$/gms;

export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(FENCED)].map(([, language = '', words = '', text = '']) => ({
    language,
    words: words.split(' ').filter((word) => word !== ''),
    text,
  }));
}

/** The text of each block put anew; undefined leaves it. */
export function replaceBlocks(
  markdown: string,
  textFor: (block: Block, index: number) => string | undefined,
): string {
  const blocks = blocksOf(markdown);
  let index = -1;
  return markdown.replace(FENCED, (whole, language, words) => {
    index += 1;
    const text = textFor(blocks[index] as Block, index);
    return text === undefined ? whole : `\`\`\`${language}${words}\n${text}\`\`\``;
  });
}

/** A line that begins with "$ " is typed, and what is typed to a step; a backslash at its end goes on in the next line. */
export function exchangesOf({ text }: Block): Exchange[] {
  const exchanges: Exchange[] = [];
  let goesOn = false;
  for (const line of text.trimEnd().split('\n')) {
    const last = exchanges.at(-1);
    if (goesOn && last) last.command += `\n${line}`;
    else if (line.startsWith('$ ')) exchanges.push({ command: line.slice(2), output: '' });
    else if (isTypedToStep(line)) exchanges.push({ command: line, output: '' });
    else if (last) last.output += `${line}\n`;
    goesOn = line.endsWith('\\') && (goesOn || line.startsWith('$ '));
  }
  return exchanges;
}

export function renderExchanges(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ command, output }) => `${isTypedToStep(command) ? command : `$ ${command}`}\n${output}`)
    .join('');
}
