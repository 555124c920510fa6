/**
 * Gives lessons in Chromium as an instructor would, and keeps pictures of them: `npm run docs:live` those of the documentation
 * and a saved show, `npm run docs:live -- FOLDER [LESSON …]` every lesson, or those, to be looked at.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from '../chromium.js';
import { startLab } from '../lab.js';

const HALL = { width: 1600, height: 1000 };
const IN_DOCS = ['s3-one-memory', 's4-the-shared-memory'];
/** Kept beside the documentation, so that somebody without the lab can see it. */
const SHOWN = 's4-the-shared-memory';
const LONGEST_ROUND_MS = 120_000;

const executable = findChromium();
if (executable === undefined) throw new Error(HOW_TO_GET_CHROMIUM);
const [folder, ...only] = process.argv.slice(2);
const pictures = folder ?? 'docs/images';
await mkdir(pictures, { recursive: true });

const lab = startLab(['live']);
await lab.printed(/The stage is set/);
const address = /http:\/\/127\S+/.exec(lab.stdout())?.[0] as string;
const browser = await launchChromium(executable);
try {
  const page = await browser.newPage({ viewport: HALL, locale: 'en' });
  await page.goto(address);
  await page.waitForSelector('.lane .figure');
  const options = await page
    .locator('select option')
    .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));
  const wanted = folder ? only : IN_DOCS;
  const lessons = options.filter(
    (name) => name !== '' && (wanted.length === 0 || wanted.includes(name)),
  );
  for (const name of lessons) await give(page, name);
} finally {
  await browser.close();
  lab.child.kill('SIGINT');
  await lab.ended;
}

async function give(page: Page, name: string): Promise<void> {
  await page.selectOption('select', name);
  const claim = name.slice(0, 2).toUpperCase();
  await page.waitForSelector(`.lesson:has(h2:has-text("${claim}:")) button.next`);
  for (let round = 1; ; round++) {
    await page.keyboard.press('Space');
    await page.waitForSelector('.choices button:not([disabled])');
    // Somebody raises a hand.
    for (const choice of ['1', '2', '2', '2']) await page.keyboard.press(choice);
    await delay(400);
    if (folder) await page.screenshot({ path: join(pictures, `${name}-${round}-asked.png`) });
    await page.keyboard.press('Space');
    await page.waitForSelector('.lesson button.next:text("Reveal")', { timeout: LONGEST_ROUND_MS });
    await page.keyboard.press('Space');
    await page.waitForSelector('.lesson table');
    await delay(600);
    const isLast = (await page.locator('.lesson button.next').count()) === 0;
    if (folder) {
      await page.screenshot({ path: join(pictures, `${name}-${round}.png`), fullPage: true });
    } else if (isLast || name.startsWith('s3')) {
      const picture = `live-${name.slice(0, 2)}.png`;
      if (round === 1 || isLast) await page.screenshot({ path: join(pictures, picture) });
    }
    console.log(
      `${name} ${round}: ${await page.locator('.told, .lesson .doubt').allTextContents()}`,
    );
    if (isLast || (!folder && name.startsWith('s3'))) break;
    await page.keyboard.press('Space');
  }
  if (!folder && name === SHOWN) {
    const answer = await fetch(`${address}show.html`);
    await mkdir('docs/shows', { recursive: true });
    await writeFile(`docs/shows/${name}.html`, await answer.text());
  }
}
