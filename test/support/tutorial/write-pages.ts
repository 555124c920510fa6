/**
 * npm run docs:tutorial: puts the files and what the commands print into the pages. With --figures it
 * also measures; without, the figures stay as they are.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nginxOrReason } from './nginx.js';
import { type Block, blocksOf, PAGES, readTutorial, replaceBlocks, TUTORIAL } from './page.js';
import { loads, playBlock } from './play.js';
import { openTerminal } from './terminal.js';

const words = process.argv.slice(2);
const figures = words.includes('--figures');
const only = words.filter((word) => !word.startsWith('--'));
const nginx = await nginxOrReason();
if (typeof nginx === 'string') throw new Error(nginx);

for (const page of PAGES.filter((name) => only.length === 0 || only.includes(name.slice(0, 2)))) {
  const english = readTutorial(page);
  const texts = await played(blocksOf(english));
  write(page, english, texts);
  write(`ko/${page}`, readTutorial(`ko/${page}`), texts);
}

async function played(blocks: Block[]): Promise<(string | undefined)[]> {
  const terminal = await openTerminal();
  try {
    const types = (command: string) => figures || !loads(command);
    const texts: (string | undefined)[] = [];
    for (const block of blocks) {
      const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length);
      texts.push(file ? readTutorial(file) : await playBlock(block, terminal, { types }));
    }
    return texts;
  } finally {
    await terminal.close();
  }
}

function write(path: string, markdown: string, texts: readonly (string | undefined)[]): void {
  const file = fileURLToPath(new URL(path, TUTORIAL));
  writeFileSync(
    file,
    replaceBlocks(markdown, (_, index) => texts[index]),
  );
}
