import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { readLoad } from '../../../bench/cli/verbs/load.js';
import {
  blocksOf,
  exchangesOf,
  PAGES,
  readTutorial,
  TUTORIAL,
} from '../../support/tutorial/page.js';
import { loads } from '../../support/tutorial/play.js';

const LANGUAGES = ['', 'ko/'];
/** What a command to measure begins with. */
const LOAD = 'npm run lab -- load ';
const STEPS = readdirSync(new URL('steps/', TUTORIAL));

describe('the pages of the tutorial', () => {
  it('are eight, in English and in Korean', () => {
    expect(PAGES).to.have.length(8);
    expect(readdirSync(new URL('ko/', TUTORIAL))).to.have.members(['README.md', ...PAGES]);
  });

  it('show each file of the steps, as it is', () => {
    const shown = new Set<string>();
    for (const page of PAGES) {
      for (const { words, text } of blocksOf(readTutorial(page))) {
        const file = words.find((word) => word.startsWith('file='))?.slice('file='.length);
        if (file === undefined) continue;
        expect(text, `${page}: ${file}`).to.equal(readTutorial(file));
        shown.add(file);
      }
    }
    expect([...shown]).to.have.members(STEPS.map((name) => `steps/${name}`));
  });

  it('have the same blocks in both languages', () => {
    for (const page of PAGES) {
      const drawings = ({ language, words }: { language: string; words: string[] }) =>
        language !== 'text' || words.includes('log');
      const korean = blocksOf(readTutorial(`ko/${page}`)).filter(drawings);
      expect(korean, page).to.deep.equal(blocksOf(readTutorial(page)).filter(drawings));
    }
  });

  it('are linked from the index and from the page of the other language', () => {
    for (const folder of LANGUAGES) {
      const other = folder === '' ? 'ko/' : '../';
      for (const page of PAGES) {
        expect(readTutorial(`${folder}README.md`)).to.include(`](${page})`);
        expect(readTutorial(`${folder}${page}`)).to.include(`](${other}${page})`);
      }
    }
  });

  it('need one terminal for a step, and one to call it', () => {
    for (const page of PAGES) {
      let running = 0;
      const commands = blocksOf(readTutorial(page))
        .filter(({ language }) => language === 'console')
        .flatMap(exchangesOf);
      for (const { command, output } of commands) {
        if (command === '^C') running -= 1;
        // One that only shows why it cannot start has ended.
        else if (/npm run tutorial/.test(command) && output.includes('Listening on')) running += 1;
        else continue;
        // In step 1 the terminal of curl shows a second server, and ends it before curl goes on.
        expect(running, `${page}: ${command}`).to.be.at.most(page.startsWith('01') ? 2 : 1);
      }
    }
  });

  it('measure at their end, with words that the lab accepts', () => {
    for (const page of PAGES) {
      const commands = blocksOf(readTutorial(page))
        .filter(({ language }) => language === 'console')
        .flatMap(exchangesOf)
        .filter(({ command }) => loads(command));
      expect(commands, page).to.not.be.empty;
      for (const { command, output } of commands) {
        const words = command.slice(LOAD.length).match(/"[^"]*"|\S+/g) ?? [];
        expect(readLoad(words.map((word) => word.replaceAll('"', ''))).url.hostname).to.equal(
          '127.0.0.1',
        );
        expect(output, `${page}: ${command}`).to.match(/requests\/s/);
      }
    }
  });
});
