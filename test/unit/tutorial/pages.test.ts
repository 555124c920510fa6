import { existsSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { readLoad } from '../../../bench/verbs/load.js';
import {
  blocksOf,
  exchangesOf,
  PAGES,
  readTutorial,
  TUTORIAL,
} from '../../support/tutorial/page.js';
import { loads } from '../../support/tutorial/play.js';

const LANGUAGES = ['', 'ko/'];
const FILES = LANGUAGES.flatMap((folder) =>
  ['README.md', ...PAGES].map((page) => `${folder}${page}`),
);
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

  it('link to files and headings that are there', () => {
    for (const file of FILES) {
      for (const [, target = ''] of withoutCode(file).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const url = new URL(target, new URL(file, TUTORIAL));
        expect(existsSync(url), `${file} links to ${target}`).to.equal(true);
        if (url.hash === '') continue;
        const path = url.pathname.slice(TUTORIAL.pathname.length);
        expect(anchorsOf(path), `${file} links to ${target}`).to.include(
          decodeURIComponent(url.hash.slice(1)),
        );
      }
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

  it('measure at their end, with words that the lab accepts', () => {
    for (const page of PAGES) {
      const commands = blocksOf(readTutorial(page))
        .filter(({ language }) => language === 'console')
        .flatMap(exchangesOf)
        .filter(({ command }) => loads(command));
      expect(commands, page).to.not.be.empty;
      for (const { command, output } of commands) {
        const [, , , , url = '', ...rest] = command
          .replaceAll(/"([^"]*)"/g, (_, text) => text.replaceAll(' ', '\u00a0'))
          .split(' ');
        const words = [url, ...rest.map((word) => word.replaceAll('\u00a0', ' '))];
        expect(readLoad(words).url.hostname).to.equal('127.0.0.1');
        expect(output, `${page}: ${command}`).to.match(/requests\/s/);
      }
    }
  });
});

function withoutCode(file: string): string {
  return readTutorial(file)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, '');
}

/** As GitHub makes them: lower case, no punctuation, dashes for blanks. */
function anchorsOf(path: string): string[] {
  return [...readTutorial(path).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}
