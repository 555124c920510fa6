/** The live page in Chromium, over real instances on real stores. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import type { Frame, LessonPhase, Message, ShownState } from '../../bench/live/show/show-model.js';
import { findChromium, HOW_TO_GET_CHROMIUM, launchChromium } from '../support/chromium.js';
import { type LabRun, startLab } from '../support/lab.js';
import { descendantsOf, isAlive } from '../support/process-tree.js';

const LESSONS = fileURLToPath(new URL('../../../docs/lessons', import.meta.url));
const WAIT_MS = 40_000;
/** One that adds and takes away servers, and one with nginx before them. The page is the same in all. */
const SHOWN_LESSONS = ['s3-one-memory', 't1-three-tiers'];

declare const document: { documentElement: { scrollWidth: number; clientWidth: number } };

/** What the lab tells, read as any client reads it. */
interface Told {
  frames: Frame[];
  marks: string[];
  state: ShownState | null;
  stop(): void;
}

function listen(address: string): Told {
  const leave = new AbortController();
  const told: Told = { frames: [], marks: [], state: null, stop: () => leave.abort() };
  const read = async () => {
    const { body } = await fetch(`${address}events`, { signal: leave.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(part, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const json = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (json === undefined) continue;
        const message = JSON.parse(json) as Message;
        if (message.type === 'frame') told.frames.push(message.frame);
        else if (message.type === 'state') told.state = message.state;
        else told.marks.push(message.mark.text.en);
      }
    }
  };
  read().catch(() => {});
  return told;
}

async function until(what: string, is: () => boolean, withinMs = WAIT_MS): Promise<void> {
  const giveUpMs = performance.now() + withinMs;
  while (!is()) {
    if (performance.now() > giveUpMs) throw new Error(`waited in vain for: ${what}`);
    await delay(50);
  }
}

/** The page allows no script but its own, and so none that a test would wait in. */
async function untilAbove(page: Page, selector: string, least: number): Promise<void> {
  const giveUpMs = performance.now() + WAIT_MS;
  const figure = page.locator(selector).first();
  while (!(Number(await figure.textContent()) > least)) {
    if (performance.now() > giveUpMs) throw new Error(`${selector} stayed at ${least}`);
    await delay(50);
  }
}

async function send(address: string, command: object): Promise<void> {
  const answer = await fetch(`${address}hands`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(address).origin },
    body: JSON.stringify(command),
  });
  expect(answer.status, `${JSON.stringify(command)}: ${await answer.text()}`).to.equal(204);
}

const executable = findChromium();

describe('lab live', function () {
  this.timeout(240_000);

  if (executable === undefined) {
    it.skip(HOW_TO_GET_CHROMIUM);
    return;
  }

  let folder: string;
  let lab: LabRun;
  let address: string;
  let told: Told;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  before(async function () {
    if (process.platform !== 'linux') return this.skip();
    folder = await mkdtemp(join(tmpdir(), 'lab-live-'));
    await makeSmallLessons(folder);
    lab = startLab(['live', '--rate', '40', '--people', '4', '--lessons', folder]);
    await lab.printed(/The stage is set/);
    address = /http:\/\/127\S+/.exec(lab.stdout())?.[0] as string;
    told = listen(address);
    browser = await launchChromium(executable);
  });
  after(async () => {
    told?.stop();
    await browser?.close();
    if (lab) {
      const all = descendantsOf(lab.pid);
      lab.child.kill('SIGINT');
      expect(await lab.ended, lab.stderr()).to.equal(130);
      expect(all.filter(isAlive)).to.deep.equal([]);
    }
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    page = await open(address);
  });
  afterEach(() => page.context().close());

  async function open(url: string, size = { width: 1280, height: 800 }): Promise<Page> {
    const context = await browser.newContext({ viewport: size, locale: 'en' });
    const opened = await context.newPage();
    opened.setDefaultTimeout(WAIT_MS);
    complaints = [];
    opened.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['data:', 'file:'].includes(protocol) && origin !== new URL(address).origin) {
        complaints.push(`asked ${request.url()}`);
      }
    });
    await opened.goto(url);
    return opened;
  }

  const right = async (lane: string) =>
    Number(await page.locator(`section[aria-label="${lane}"] .figure`).first().textContent());

  it('shows what the ledger counted, in one time for all who watch, also after a reload', async () => {
    await page.waitForSelector('.lane .figure');
    const other = await open(address);
    await other.waitForSelector('.lane .figure');
    // Sums over the last second, as the page makes them.
    const counted = () =>
      told.frames.slice(-12).flatMap((_, place, some) => {
        const four = some.slice(Math.max(0, place - 3), place + 1);
        const first = told.frames[told.frames.indexOf(four[0] as Frame) - 1];
        const last = four.at(-1) as Frame;
        if (four.length < 4 || !first) return [];
        const sum = four.reduce((all, { lanes }) => all + (lanes.session?.outcomes[0] ?? 0), 0);
        return [Math.round(sum / ((last.atMs - first.atMs) / 1000))];
      });
    await until('frames', () => told.frames.length > 20);
    for (let look = 0; look < 5; look++) {
      const shown = await right('session');
      await delay(300);
      expect(counted()).to.include(shown);
    }
    expect(told.frames.at(-1)?.lab.watchers).to.be.at.least(3);
    await page.reload();
    await untilAbove(page, '.lane .figure', 0);
    await other.context().close();
    expect(complaints).to.deep.equal([]);
  });

  it('a freeze shows at once, and "stop all" brings everything back', async () => {
    await page.waitForSelector('.lane .figure');
    await page.click('text=Freeze an instance');
    await page.waitForSelector('.instances li.frozen');
    // Half of the requests have no answer from here on; the box says it before the first of them gives up.
    await untilAbove(page, '.figure.wrong', 0);
    await page.keyboard.press('r');
    await page.waitForSelector('.servers li.gone');
    await page.keyboard.press('Escape');
    await until('all is mended', () => told.state?.broken.length === 0 && told.state.busy === null);
    await page.waitForSelector('.instances li.frozen', { state: 'detached' });
    await page.waitForSelector('.servers li.gone', { state: 'detached' });
    const before = told.frames.length;
    await until('frames', () => told.frames.length > before + 16);
    const wrong = told.frames
      .slice(-4)
      .flatMap(({ lanes }) => Object.values(lanes).flatMap(({ outcomes }) => outcomes.slice(1)));
    expect(wrong.reduce((sum, count) => sum + count, 0)).to.equal(0);
    expect(told.marks)
      .to.include('one of the instances stands still')
      .and.to.include('all is mended');
  });

  it('takes rates and instances from a keyboard', async () => {
    await page.waitForSelector('.lane .figure');
    await page.keyboard.press(']');
    await until('more requests', () => told.frames.at(-1)?.lanes.jwt?.rate === 61);
    await page.keyboard.press('+');
    await until('three instances', () => told.frames.at(-1)?.lanes.jwt?.instances.length === 3);
    await page.keyboard.press('-');
    await until('two instances', () => told.frames.at(-1)?.lanes.session?.instances.length === 2);
    await page.click('text=nginx before them');
    const names = () => told.frames.at(-1)?.lanes.jwt?.companions.map(({ name }) => name) ?? [];
    await until('nginx before the lanes', () => names().includes('nginx'));
    await page.waitForSelector('.faults button:not([disabled]):text("Reload nginx")');
    await send(address, { do: 'break', fault: 'nginx-reload' });
    const since = told.frames.length;
    await until('answers through nginx', () => told.frames.length > since + 8);
    const wrong = told.frames
      .slice(-4)
      .flatMap(({ lanes }) => Object.values(lanes).flatMap(({ outcomes }) => outcomes.slice(1)));
    expect(wrong.reduce((sum, count) => sum + count, 0)).to.equal(0);
    await send(address, { do: 'nginx', isThere: false });
    await until('nginx is gone', () => !names().includes('nginx'));
    await send(address, { do: 'rate', perSecond: 0, lane: 'jwt' });
    await until('no requests to one', () => told.frames.at(-1)?.lanes.jwt?.rate === 0);
    await send(address, { do: 'rate', perSecond: 40, lane: null });
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
  });

  it('a browser that does not read costs the others nothing', async () => {
    const { port, pathname } = new URL(address);
    const sockets = Array.from({ length: 5 }, () => {
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      socket.write(`GET ${pathname}events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
      return socket.pause();
    });
    const before = told.frames.length;
    await delay(4000);
    expect(told.frames.length - before).to.be.at.least(8);
    for (const socket of sockets) socket.destroy();
  });

  it('saves a show that plays again without a server', async () => {
    await until('frames', () => told.frames.length > 20);
    const saved = join(folder, 'show.html');
    const answer = await fetch(`${address}show.html`);
    await writeFile(saved, await answer.text());
    const replay = await open(pathToFileURL(saved).href);
    await untilAbove(replay, '.lane .figure', 0);
    expect(await replay.locator('text=Hands').isVisible()).to.equal(false);
    await replay.locator('.position').fill('1');
    await replay.click('text=Pause');
    await replay.waitForSelector('text=Play');
    expect(complaints).to.deep.equal([]);
    await replay.context().close();
    // And in the live page.
    await page.setInputFiles('input[type=file]', saved);
    await page.waitForSelector('.position');
    await page.click('text=Back to live');
    await page.waitForSelector('.faults button');
  });

  it('axe-core finds nothing serious, and no width needs scrolling to the side', async () => {
    for (const width of [320, 1280, 3840]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForSelector('.lane .figure');
      await delay(500);
      const { scrollWidth, clientWidth } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
        clientWidth: document.documentElement.clientWidth,
      }));
      expect(scrollWidth, `${width} px`).to.be.at.most(clientWidth);
    }
    await page.addScriptTag({ content: axe.source }).catch(async () => {
      // The page allows no script but its own.
      await page.evaluate(axe.source);
    });
    const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
    const serious = violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).to.deep.equal([]);
  });

  it('goes through lessons with the keys of a teacher', async () => {
    for (const name of SHOWN_LESSONS) {
      await page.selectOption('select', name);
      await page.waitForSelector('.lesson button.next');
      expect(await page.locator('.lesson').textContent(), name).to.include('Round 1/');
      for (let round = 0; ; round++) {
        await page.keyboard.press('Space');
        await page.waitForSelector('.choices button:not([disabled])');
        await page.keyboard.press('1');
        await page.waitForSelector('.choices b:text("1")');
        expect(await page.locator('.lanes').first().isVisible(), name).to.equal(false);
        await page.keyboard.press('Space');
        await page.waitForSelector('.lesson button.next:text("Reveal")');
        expect(await page.locator('.lanes').first().isVisible(), name).to.equal(false);
        await page.keyboard.press('Space');
        await page.waitForSelector('.lesson table tbody tr');
        expect(await page.locator('.lanes').first().isVisible(), name).to.equal(true);
        expect(told.state?.lesson).to.include({ name, round, phase: 'revealed' });
        if ((await page.locator('.lesson button.next').count()) === 0) break;
        await page.keyboard.press('Space');
      }
    }
    // A round that went otherwise can be run again.
    await page.click('text=This round again');
    await page.waitForSelector('.lesson button.next:text("Ask the class")');
    expect(told.state?.lesson).to.deep.include({ phase: 'told', counted: null, asTold: null });
    await page.click('text=Leave the lesson');
    await page.waitForSelector('.lesson', { state: 'hidden' });
    expect(complaints).to.deep.equal([]);
  });

  it('goes through every other lesson, where nobody watches', async () => {
    // What draws costs more than all that is drawn.
    await page.context().close();
    const names = (told.state?.lessons ?? []).map(({ name }) => name);
    expect(names).to.include.members(SHOWN_LESSONS).and.to.have.lengthOf.at.least(13);
    const isIn = (name: string, round: number, phase: LessonPhase) =>
      until(`${name}: round ${round + 1} is ${phase}`, () => {
        const lesson = told.state?.lesson;
        return lesson?.name === name && lesson.round === round && lesson.phase === phase;
      });
    const next = () => send(address, { do: 'next' });
    for (const name of names.filter((each) => !SHOWN_LESSONS.includes(each))) {
      await send(address, { do: 'lesson', name });
      await isIn(name, 0, 'told');
      for (let round = 0; round < (told.state?.lesson?.rounds.length ?? 0); round++) {
        if (round > 0) await next();
        await isIn(name, round, 'told');
        await next();
        await send(address, { do: 'vote', choice: 0, change: 1 });
        await next();
        await isIn(name, round, 'covered');
        await next();
        await isIn(name, round, 'revealed');
        expect(told.state?.lesson?.counted, name).to.have.lengthOf.at.least(1);
      }
    }
    await send(address, { do: 'free-stage' });
  });
});

describe('lab live, ended hard', function () {
  this.timeout(60_000);

  it('leaves nothing behind', async function () {
    if (process.platform !== 'linux') return this.skip();
    const lab = startLab(['live', '--instances', '1', '--people', '2']);
    await lab.printed(/The stage is set/);
    const all = descendantsOf(lab.pid);
    expect(all.length).to.be.above(4);
    lab.child.kill('SIGKILL');
    await lab.ended;
    await until('everything ended', () => !all.some(isAlive), 20_000);
  });

  it('says what it cannot do before anything starts', async () => {
    const given = { DATABASE_URL: 'postgresql://somebody@127.0.0.1:1/theirs' };
    const refused: [string[], RegExp, NodeJS.ProcessEnv?][] = [
      [[], /^STORES_NOT_OWN: .*Unset DATABASE_URL/, given],
      [['--redis-cpu', '60'], /^CPU_SHARE_INVALID: /],
      [['--lesson', 's3-one-memry'], /^LESSON_UNKNOWN: .*did you mean s3-one-memory\?/],
      [['--lessons', '/nowhere/at/all'], /^LESSONS_MISSING: \/nowhere\/at\/all cannot be read/],
      [['--strategies', 'sesion'], /^OPTION_INVALID: .*session/],
      [['--instance-cpu', '99'], /^(OPTION_INVALID|CPU_SHARE_INVALID|CPU_LIMIT)/],
    ];
    for (const [words, message, environment] of refused) {
      const lab = startLab(['live', ...words], environment);
      expect(await lab.ended, words.join(' ')).to.equal(2);
      expect(lab.stderr()).to.match(message);
      expect(lab.stdout()).to.equal('');
    }
  });
});

/** The lessons as they are, with short waits and few people. */
async function makeSmallLessons(folder: string): Promise<void> {
  for (const name of await readdir(LESSONS)) {
    if (!name.endsWith('.yaml')) continue;
    const text = await readFile(join(LESSONS, name), 'utf8');
    const small = text
      .replaceAll(/wait: \d+/g, 'wait: 0.2')
      .replaceAll(/^ {2}(people|instanceCores|redisCores): .*\n/gm, '')
      .replaceAll(/add: \d/g, 'add: 1')
      .replace(/^scene:\n/m, 'scene:\n  people: 2\n');
    await writeFile(join(folder, name), small);
  }
}
