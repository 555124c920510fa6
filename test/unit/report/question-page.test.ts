/** The report of a default run: a real one, on two shared cores. */
import { join } from 'node:path';
import { expect } from 'chai';
import { reanalyse } from '../../../bench/analyse/reanalyse.js';
import type { Logout } from '../../../bench/model/logout-schema.js';
import { planFor } from '../../../bench/model/parts.js';
import { readResult } from '../../../bench/model/read-result.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { answersOf } from '../../../bench/report/answers/answers.js';
import { renderHtml } from '../../../bench/report/html.js';
import { LANGUAGES } from '../../../bench/report/language/languages.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';

const RUN = join('test', 'fixtures', 'results', 'questions');

/** Words that readers with another first language stumble over (and some that say too much). */
const MANNERED =
  /\b(dearer|foretold|whose|thereof|unsure)\b|leaves? out 0|too little of|can foresee|hands on rights|no end of gaining|asks nobody|what it gives for it|\d\.\d+e[+-]\d/i;

describe('the report of a run that was asked questions', () => {
  let result: Result;
  let html: string;

  before(async () => {
    result = reanalyse(await readResult(RUN));
    html = renderHtml(result);
  });

  /** What is seen before anything is unfolded. */
  const opened = () => html.replace(/<details[\s\S]*?<\/details>/g, '');
  const textOf = (markup: string) =>
    markup
      .replace(/<(style|svg)[\s\S]*?<\/\1>/g, ' ')
      .replace(/<[^>]+>/g, ' ')
      .replace(/&[a-z]+;/g, ' ');

  it('answers each question with a sentence, a picture and how sure it is', () => {
    const answers = answersOf(result, LANGUAGES.en);
    expect(answers.map(({ question }) => question)).to.deep.equal(['cost', 'scale', 'logout']);
    for (const { question, sentences, picture, certainty, basis } of answers) {
      expect(sentences[0], question).to.match(/^[A-Z`].*\.$/);
      expect(picture?.svg, question).to.include('<svg role="img"');
      expect(certainty, question).to.be.oneOf(['sure', 'likely', 'cannot-tell']);
      expect(basis, question).to.not.be.empty;
    }
  });

  it('opens with at most 2,000 words and 5 tables', () => {
    const words = textOf(opened())
      .split(/\s+/)
      .filter((word) => /\p{L}/u.test(word));
    expect(words.length).to.be.within(200, 2000);
    expect(opened().match(/<table/g)?.length ?? 0).to.be.at.most(5);
  });

  it('has everything else, folded', () => {
    const folded = html.match(/<details[\s\S]*?<\/details>/g) ?? [];
    expect(folded).to.have.length(4);
    for (const title of ['What a request costs in CPU time', 'Every comparison', 'The method']) {
      expect(folded.join(''), title).to.include(title);
    }
  });

  it('has every id once, and everything that is referred to', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string);
    expect(new Set(ids).size).to.equal(ids.length);
    const referred = [
      ...[...html.matchAll(/ aria-labelledby="([^"]+)"/g)].flatMap(([, text = '']) =>
        text.split(' '),
      ),
      ...[...html.matchAll(/url\(#([^)]+)\)/g)].map(([, id = '']) => id),
      ...[...html.matchAll(/ href="#([^"]+)"/g)].map(([, id = '']) => id),
    ];
    for (const id of referred) expect(ids, id).to.include(id);
  });

  it('asks nothing of anybody and runs nothing', () => {
    expect(html).to.not.match(/<script|<link|<img|https?:\/\/(?!www\.w3\.org)/);
  });

  it('says it in words that are easy to read, in every form', () => {
    for (const text of [textOf(html), renderMarkdown(result), renderSummary(result)]) {
      expect(MANNERED.exec(text)?.[0], text.slice(0, 40)).to.equal(undefined);
    }
  });

  it('never says of tokens what was measured of one library', () => {
    const said = answersOf(result, LANGUAGES.en).flatMap(({ sentences }) => sentences);
    for (const sentence of said) expect(sentence).to.not.match(/tokens (cost|need|are)/);
  });

  it('says the same in the answer, in the details and in the figures', () => {
    const cost = planFor('cost', result) as Result;
    const [claim] = cost.comparisons.filter(({ family }) => family === 'headline');
    const [answer] = answersOf(result, LANGUAGES.en);
    const word = {
      faster: /less/,
      slower: /times as much/,
      equal: /as much.*within 5/,
      unsure: /probably|cannot tell/,
    };
    expect(answer?.sentences[0]).to.match(word[claim?.verdict ?? 'unsure']);
    expect(html).to.include('Every figure on what a request costs');
  });

  it('claims nothing of a strategy that nothing was measured of', () => {
    const logout = result.logout as Logout;
    const doors = logout.variants.map((each) =>
      each.variant === 'jwt' ? { ...each, logins: [], failure: 'a login took too long' } : each,
    );
    for (const language of Object.values(LANGUAGES)) {
      const answers = answersOf({ ...result, logout: { ...logout, variants: doors } }, language);
      const told = answers.find(({ question }) => question === 'logout');
      expect(told?.certainty).to.equal('cannot-tell');
      const stolen = told?.sentences.at(-1);
      expect(stolen).to.include('`session`');
      expect(stolen).not.to.include('`jwt`');
    }
  });

  it('does not let a curve end and go on', () => {
    const [, scale] = answersOf(result, LANGUAGES.en);
    const whole = textOf(html);
    for (const variant of ['session', 'jwt']) {
      const grew = scale?.sentences.some((each) => each.startsWith(`\`${variant}\` kept growing`));
      const stopped = scale?.sentences.some((each) =>
        each.startsWith(`\`${variant}\` stops growing`),
      );
      expect([grew, stopped].filter(Boolean), variant).to.have.length(1);
      const other = grew ? `${variant} stops growing` : `${variant} kept growing`;
      expect(whole, other).to.not.include(other);
    }
  });

  it('fits on a small terminal', () => {
    const lines = renderSummary(result).split('\n');
    expect(lines.length).to.be.at.most(22);
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
    expect(lines[0]).to.match(/^What does a request cost\? \[/);
  });

  it('is there in Korean: the answers, the captions and the glossary', () => {
    const korean = renderHtml(result, LANGUAGES.ko);
    expect(korean).to.include('<html lang="ko">');
    for (const { title, sentences, picture } of answersOf(result, LANGUAGES.ko)) {
      expect(title).to.match(/\p{Script=Hangul}/u);
      expect(picture?.title).to.match(/\p{Script=Hangul}/u);
      for (const sentence of sentences) expect(sentence).to.match(/\p{Script=Hangul}.*\.$/u);
    }
    expect(korean).to.include(LANGUAGES.ko.glossary.title);
  });

  it('has the same answers in Markdown, first', () => {
    const markdown = renderMarkdown(result);
    const places = answersOf(result, LANGUAGES.en).map(({ title }) =>
      markdown.indexOf(`## ${title}`),
    );
    expect(places.every((place) => place > 0)).to.equal(true);
    expect(Math.max(...places)).to.be.below(markdown.indexOf('What should I use?'));
  });
});
