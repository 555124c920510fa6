/** The page of a show: draws what the lab tells, and sends what is pressed. In a saved show it plays that. */
import { MOST_PER_SECOND } from '../show/show-model.js';
import { button, el, setText } from './dom.js';
import { handsView } from './hands-view.js';
import { lanesView, legend } from './lanes-view.js';
import { hasNextStep, lessonView } from './lesson-view.js';
import { serversView } from './servers-view.js';
import {
  type LiveSource,
  listenToLab,
  messagesIn,
  playSaved,
  readMessages,
  type SavedSource,
  type Source,
} from './sources.js';
import {
  currentLanguage,
  KEY_WORDS,
  LANGUAGE_NAMES,
  SAVED_KEY_WORDS,
  say,
  setLanguage,
  t,
} from './words.js';

const inline = document.getElementById('show');
const isSaved = inline !== null;
let live: LiveSource | null = null;
let saved: SavedSource | null = null;
let isDrawn = true;

const root = document.getElementById('live') as HTMLElement;
const trouble = el('p', { class: 'trouble', role: 'alert' });

async function send(command: object): Promise<void> {
  if (saved) return;
  try {
    const answer = await fetch('hands', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    const { detail } = answer.ok ? { detail: '' } : await answer.json();
    complain(detail ?? '');
  } catch {
    complain(t('lost'));
  }
}

let quiet: ReturnType<typeof setTimeout> | undefined;
/** For a while: what went wrong a minute ago is not what is on the wall. */
function complain(text: string): void {
  clearTimeout(quiet);
  setText(trouble, text);
  quiet = setTimeout(() => setText(trouble, ''), 8000);
}

const hands = handsView(send);
const lanes = lanesView((lane) => (isSaved ? null : hands.ofLane(lane)));
const servers = serversView();
const lesson = lessonView(send, () => saved !== null);
const head = el('header', {});
const cover = el('div', { class: 'cover', 'aria-hidden': true }, '?');
const stage = el('div', { class: 'stage' }, lanes.element, servers.element, cover);
const waiting = el('p', { class: 'waiting', role: 'status' });
const ofLegend = el('div', {});
const handsPart = el('section', { class: 'panel' });
const replay = el('div', { class: 'replay' });
const help = el('dialog', { class: 'help' });
let isLong = false;

function source(): Source | null {
  return saved ?? live;
}

function rebuild(): void {
  const state = source()?.record.state;
  const lessons = state?.lessons ?? [];
  const choice = el(
    'select',
    { 'aria-label': t('choose') },
    el('option', { value: '' }, t('choose')),
  );
  for (const { name, claim, title } of lessons) {
    choice.append(el('option', { value: name }, `${claim}: ${say(title)}`));
  }
  choice.addEventListener('change', () => {
    if (choice.value !== '') void send({ do: 'lesson', name: choice.value });
    choice.blur();
  });
  const other = currentLanguage() === 'en' ? 'ko' : 'en';
  const file = el('input', {
    type: 'file',
    accept: '.html',
    class: 'hidden',
    'aria-label': t('load'),
  });
  file.addEventListener('change', () => void openFile(file.files?.[0]));
  head.replaceChildren(
    el('h1', {}, saved ? `${t('title')}: ${t('replayed')}` : t('title')),
    el(
      'div',
      { class: 'row' },
      !saved && choice,
      button(LANGUAGE_NAMES[other], () => changeLanguage(), { lang: other }),
      button(isLong ? t('minute') : t('minutes'), () => changeWindow()),
      button(t('large'), () => document.documentElement.classList.toggle('large')),
      button(t('full'), () => toggleFull()),
      !isSaved &&
        !saved &&
        el('a', { href: 'show.html', download: 'show.html', class: 'button' }, t('save')),
      !isSaved && button(t('load'), () => file.click()),
      !isSaved && file,
      !isSaved && saved && button(t('toLive'), () => closeSaved()),
      button(t('help'), () => help.showModal()),
    ),
    trouble,
  );
  chooser = choice;
  ofLegend.replaceChildren(legend());
  help.replaceChildren(
    el('h2', {}, t('help')),
    el(
      'dl',
      {},
      ...(saved ? SAVED_KEY_WORDS : KEY_WORDS).flatMap(([key, words]) => [
        el('dt', {}, key),
        el('dd', {}, say(words)),
      ]),
    ),
    button(t('close'), () => help.close()),
  );
  handsPart.replaceChildren(el('h2', {}, t('hands')), hands.element);
  replay.replaceChildren(...(saved ? replayParts(saved) : []));
}

function replayParts(show: SavedSource): HTMLElement[] {
  const place = el('input', {
    type: 'range',
    min: 0,
    max: Math.ceil(show.lengthMs / 1000),
    'aria-label': t('position'),
    class: 'position',
  });
  place.addEventListener('input', () => show.goTo(Number(place.value) * 1000));
  const toggle = button('', () => show.play(!show.isPlaying()), { class: 'play' });
  return [toggle, place, el('output', { class: 'place' })];
}

let shape = '';
let chooser: HTMLSelectElement | null = null;
function draw(): void {
  isDrawn = true;
  const from = source();
  if (!from) return;
  const { record } = from;
  const { state } = record;
  const wanted = JSON.stringify([
    state?.lessons,
    document.documentElement.lang,
    saved !== null,
    isLong,
  ]);
  if (wanted !== shape) {
    shape = wanted;
    rebuild();
  }
  const isLost = !saved && live !== null && !live.isConnected();
  setText(waiting, isLost ? t('lost') : state?.scene ? '' : t('waiting'));
  waiting.hidden = waiting.textContent === '';
  const isCovered = lesson.draw(state);
  stage.classList.toggle('covered', isCovered);
  lanes.draw(record, from.nowMs());
  const last = record.frames.at(-1);
  servers.draw(last, state?.scene ?? null);
  const given = state?.lesson?.name ?? '';
  if (chooser && document.activeElement !== chooser && chooser.value !== given)
    chooser.value = given;
  handsPart.hidden = saved !== null;
  const rates = Object.values(last?.lanes ?? {}).map(({ rate }) => rate);
  hands.draw(state, rates[0] ?? null);
  if (saved) {
    const [toggle, place, output] = [...replay.children] as [
      HTMLElement,
      HTMLInputElement,
      HTMLElement,
    ];
    setText(toggle, saved.isPlaying() ? t('pause') : t('play'));
    if (document.activeElement !== place) place.value = String(saved.placeMs() / 1000);
    setText(
      output,
      `${Math.floor(saved.placeMs() / 1000)} / ${Math.ceil(saved.lengthMs / 1000)} s`,
    );
  }
}

/** At most once a picture of the screen. */
function change(): void {
  if (!isDrawn) return;
  isDrawn = false;
  requestAnimationFrame(draw);
}

function changeLanguage(): void {
  const name = currentLanguage() === 'en' ? 'ko' : 'en';
  setLanguage(name);
  try {
    localStorage.setItem('language', name);
  } catch {
    // a page without storage forgets it
  }
  change();
}

function changeWindow(): void {
  isLong = !isLong;
  lanes.setWindow(isLong ? 600 : 60);
  change();
}

function toggleFull(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen().catch(() => {});
}

async function openFile(file: File | undefined): Promise<void> {
  if (!file) return;
  const messages = messagesIn(await file.text());
  if (!messages) {
    complain(t('badShow'));
    return;
  }
  setText(trouble, '');
  saved?.close();
  saved = playSaved(messages, change);
  change();
}

function closeSaved(): void {
  saved?.close();
  saved = null;
  change();
}

function press(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.altKey || event.metaKey || help.open) return;
  if (['SELECT', 'TEXTAREA'].includes(target.tagName)) return;
  const { key, code } = event;
  const { tagName } = target;
  if (['BUTTON', 'A', 'INPUT'].includes(tagName) && [' ', 'Enter'].includes(key)) return;
  if (tagName === 'INPUT' && key.startsWith('Arrow')) return;
  const done = act(key, code, event.shiftKey);
  if (done) event.preventDefault();
}

function act(key: string, code: string, shift: boolean): boolean {
  const state = source()?.record.state ?? null;
  const digit = /^Digit([1-4])$/.exec(code)?.[1];
  if (digit && state?.lesson?.phase === 'asked') {
    if (Number(digit) > state.lesson.votes.length) return true;
    void send({ do: 'vote', choice: Number(digit) - 1, change: shift ? -1 : 1 });
    return true;
  }
  const toggle = (fault: string) =>
    void send({ do: state?.broken.includes(fault) ? 'undo' : 'break', fault });
  const rates = Object.values(source()?.record.frames.at(-1)?.lanes ?? {}).map(({ rate }) => rate);
  const rate = rates[0] ?? 0;
  switch (key) {
    case ' ':
    case 'ArrowRight':
      if (saved) saved.play(!saved.isPlaying());
      else if (state?.lesson && hasNextStep(state.lesson)) void send({ do: 'next' });
      return true;
    case '+':
    case '=':
      void send({ do: 'instances', change: 1, lane: null });
      return true;
    case '-':
      void send({ do: 'instances', change: -1, lane: null });
      return true;
    case '[':
      void send({ do: 'rate', perSecond: Math.max(1, Math.round(rate / 1.5)), lane: null });
      return true;
    case ']':
      void send({
        do: 'rate',
        perSecond: Math.min(MOST_PER_SECOND, Math.round(rate * 1.5) + 1),
        lane: null,
      });
      return true;
    case 'r':
      toggle('redis-kill');
      return true;
    case 'i':
      toggle('instance-freeze');
      return true;
    case 'Escape':
      void send({ do: 'mend-all' });
      return true;
    case 'l':
      changeLanguage();
      return true;
    case 't':
      document.documentElement.classList.toggle('large');
      lanes.resize();
      return true;
    case 'f':
      toggleFull();
      return true;
    case '?':
      help.showModal();
      return true;
    default:
      return false;
  }
}

function firstLanguage(): 'en' | 'ko' {
  try {
    const kept = localStorage.getItem('language');
    if (kept === 'en' || kept === 'ko') return kept;
  } catch {
    // a page without storage
  }
  return navigator.language.startsWith('ko') ? 'ko' : 'en';
}

setLanguage(firstLanguage());
root.append(
  head,
  el(
    'main',
    {},
    waiting,
    replay,
    el('div', { class: 'hall' }, lesson.element, el('div', { class: 'wall' }, ofLegend, stage)),
    handsPart,
  ),
  help,
);
document.addEventListener('keydown', press);
new ResizeObserver(() => lanes.resize()).observe(lanes.element);
if (isSaved) {
  const messages = readMessages(inline.textContent);
  if (messages) saved = playSaved(messages, change);
  else setText(trouble, t('badShow'));
} else {
  live = listenToLab(change);
  // The time axis goes on where nothing is told.
  setInterval(change, 250);
}
change();
