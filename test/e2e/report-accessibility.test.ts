/** Reports in Chromium: axe-core finds nothing, text in pictures can be read, and no page scrolls sideways. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { reanalyse } from '../../bench/analyse/reanalyse.js';
import { writeReports } from '../../bench/experiments/result-folder.js';
import { readResult } from '../../bench/model/read-result.js';
import { renderHtml } from '../../bench/report/html.js';
import { LANGUAGES } from '../../bench/report/language/languages.js';
import { renderReports } from '../../bench/report/render-reports.js';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from '../support/chromium.js';

const RESULTS = join('test', 'fixtures', 'results');
const REPORTS = [
  { run: 'questions', lang: 'en' },
  { run: 'questions', lang: 'ko' },
  { run: 'v5', lang: 'en' },
  { run: 'v5-sustain', lang: 'en' },
] as const;
const PROJECTOR = { width: 1280, height: 800 };
/** A telephone, and a window of 1280 pixels at 400 % (WCAG 2.2, 1.4.10). */
const TELEPHONE = { width: 320, height: 800 };
/** WCAG 2.2, 1.4.3. */
const LEAST_CONTRAST = 4.5;

/** What the functions below use of the browser. */
interface PageElement {
  open: boolean;
  textContent: string;
  tabIndex: number;
  scrollLeft: number;
  scrollWidth: number;
  clientWidth: number;
  tagName: string;
  outerHTML: string;
  ownerSVGElement: PageElement | null;
  getBoundingClientRect(): { x: number; y: number; width: number; height: number };
  scrollIntoView(options: { block: 'center'; inline: 'center' }): void;
}
declare const document: {
  documentElement: PageElement;
  querySelectorAll(selector: string): Iterable<PageElement>;
  elementsFromPoint(x: number, y: number): PageElement[];
};
declare const getComputedStyle: (element: PageElement) => {
  fill: string;
  fillOpacity: string;
  overflowX: string;
};

const executable = findChromium();

describe('the page of a report, in Chromium', function () {
  this.timeout(120_000);

  if (executable === undefined) {
    it.skip(HOW_TO_GET_CHROMIUM);
    return;
  }

  let browser: Browser;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'report-accessibility-'));
    browser = await launchChromium(executable);
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { run, lang } of REPORTS) {
    describe(`of ${run}, --lang ${lang}`, () => {
      let url: string;
      let page: Page;

      before(async () => {
        const result = reanalyse(await readResult(join(RESULTS, run)));
        const mine = mkdtempSync(join(folder, 'run-'));
        await writeReports(mine, renderReports(result, LANGUAGES[lang]));
        url = pathToFileURL(join(mine, 'report.html')).href;
      });

      async function open(colorScheme: 'light' | 'dark'): Promise<void> {
        // A policy of the page against scripts must not keep axe out.
        const context = await browser.newContext({ bypassCSP: true, colorScheme });
        page = await context.newPage();
        await page.goto(url);
        await page.addScriptTag({ content: axe.source });
      }

      afterEach(() => page.context().close());

      it('has nothing that axe-core finds fault with', async () => {
        await open('light');
        await inEveryState(page, async (state) => {
          expect(await violationsOf(page), state).to.deep.equal([]);
        });
      });

      // Only colours differ, so everything at once will do.
      it('has nothing in the dark either', async () => {
        await open('dark');
        await page.setViewportSize(PROJECTOR);
        await unfold(page, true);
        expect(await violationsOf(page)).to.deep.equal([]);
      });

      it('fits into the width of a projector and of a telephone', async () => {
        await open('light');
        await inEveryState(page, async (state, view) => {
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width, state).to.be.at.most(view.width);
          expect(await page.evaluate(scrolledByMouseAlone), state).to.deep.equal([]);
        });
      });

      it('has tables that a keyboard scrolls', async () => {
        await open('light');
        await page.setViewportSize(TELEPHONE);
        await unfold(page, true);
        const wide = await page.evaluate(() =>
          [...document.querySelectorAll('.table')].findIndex(
            ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
          ),
        );
        expect(wide, 'a table that is wider').to.be.at.least(0);
        await page.locator('.table').nth(wide).focus();
        await page.keyboard.press('ArrowRight');
        await page.waitForFunction(
          (at) => [...document.querySelectorAll('.table')][at]?.scrollLeft !== 0,
          wide,
        );
      });

      // axe-core leaves text in pictures undecided.
      it('has pictures whose text stands out from what is behind it', async () => {
        await open('dark');
        await page.setViewportSize(PROJECTOR);
        await unfold(page, true);
        const texts = await page.evaluate(textsInPictures);
        const faint = texts.filter(({ text, ink, ground }) => {
          const isSign = /^\P{L}$/u.test(text);
          return !isSign && contrastOf(ink, ground) < LEAST_CONTRAST;
        });
        expect(faint).to.deep.equal([]);
      });

      it('says which language it is in', async () => {
        await open('light');
        expect(await page.locator('html').getAttribute('lang')).to.equal(lang);
        if (lang === 'en') return;
        // The details are in English in every language.
        const foreign = page.locator('details:not([lang=en] *), #choose:not([lang=en] *)');
        expect(await foreign.count()).to.equal(0);
      });
    });
  }

  it('is the same page in every language where nobody asked a question', async () => {
    for (const run of ['v5', 'v5-sustain']) {
      const result = reanalyse(await readResult(join(RESULTS, run)));
      expect(renderHtml(result, LANGUAGES.ko), run).to.equal(renderHtml(result));
    }
  });
});

/** On a projector and on a telephone, folded and unfolded. */
async function inEveryState(
  page: Page,
  look: (state: string, view: typeof PROJECTOR) => Promise<void>,
): Promise<void> {
  for (const view of [PROJECTOR, TELEPHONE]) {
    await page.setViewportSize(view);
    for (const isOpen of await statesOf(page)) {
      await unfold(page, isOpen);
      await look(`${view.width} pixels, ${isOpen ? 'unfolded' : 'folded'}`, view);
    }
  }
}

/** Whether what folds is unfolded: both, where anything does. */
async function statesOf(page: Page): Promise<boolean[]> {
  return (await page.locator('details').count()) === 0 ? [false] : [false, true];
}

async function unfold(page: Page, isOpen: boolean): Promise<void> {
  await page.evaluate((open) => {
    for (const details of document.querySelectorAll('details')) details.open = open;
  }, isOpen);
}

/** One line for each element and rule. */
async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    // The parts of a page that a rule passes are counted, not described: a report has thousands.
    return axe.run({ resultTypes: ['violations'] });
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Runs in the browser. */
function scrolledByMouseAlone(): string[] {
  return [...document.querySelectorAll('body *')]
    .filter(
      (element) =>
        element.scrollWidth > element.clientWidth &&
        ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) &&
        element.tabIndex < 0,
    )
    .map(({ outerHTML }) => outerHTML.slice(0, 100));
}

interface Text {
  text: string;
  /** As "rgb(0, 0, 0)". */
  ink: string;
  ground: string;
}

/** Runs in the browser. */
function textsInPictures(): Text[] {
  return [...document.querySelectorAll('svg text')].map((element) => {
    element.scrollIntoView({ block: 'center', inline: 'center' });
    const { x, y, width, height } = element.getBoundingClientRect();
    const behind = document
      .elementsFromPoint(x + width / 2, y + height / 2)
      .filter(
        (other) => other.ownerSVGElement === element.ownerSVGElement && other.tagName !== 'text',
      )
      .map((other) => getComputedStyle(other))
      .find(({ fill, fillOpacity }) => fill.startsWith('rgb(') && Number(fillOpacity) > 0);
    return {
      text: element.textContent.trim(),
      ink: getComputedStyle(element).fill,
      // The style sheet puts pictures on white, in the dark too.
      ground: behind?.fill ?? 'rgb(255, 255, 255)',
    };
  });
}

/** @param one as "rgb(0, 0, 0)", as is `other` */
function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [...color.matchAll(/\d+/g)].map(([text]) => {
    const part = Number(text) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
