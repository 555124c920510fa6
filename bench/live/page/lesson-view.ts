/** A lesson: what is told, the question and the hands, the cover over the charts, what was counted, and why. */
import { OUTCOMES } from '../../model/outcomes.js';
import type { LaneCounts, ShownLesson, ShownState } from '../show/show-model.js';
import { button, el } from './dom.js';
import type { Send } from './hands-view.js';
import { ms, whole } from './lanes-view.js';
import { FULL_NAMES, OUTCOME_WORDS, say, t } from './words.js';

export interface LessonView {
  readonly element: HTMLElement;
  /** @returns whether the charts are to be covered */
  draw(state: ShownState | null): boolean;
}

/** @param isSaved then nothing can be pressed */
export function lessonView(send: Send, isSaved: () => boolean): LessonView {
  const element = el('section', { class: 'lesson', 'aria-live': 'polite' });
  let drawn = '';
  return {
    element,
    draw(state) {
      const lesson = state?.lesson ?? null;
      const wanted = JSON.stringify([lesson, document.documentElement.lang, isSaved()]);
      if (wanted !== drawn) {
        const hadFocus = element.contains(document.activeElement);
        drawn = wanted;
        element.replaceChildren(...(lesson ? partsOf(lesson, isSaved() ? null : send) : []));
        element.hidden = lesson === null;
        // Whoever steps through with the keyboard stays where the next step is.
        if (hadFocus) element.querySelector<HTMLElement>('button.next')?.focus();
      }
      return lesson !== null && ['asked', 'running', 'covered'].includes(lesson.phase);
    },
  };
}

function partsOf(lesson: ShownLesson, send: Send | null): HTMLElement[] {
  const { claim, title, intro, rounds, round: place, phase } = lesson;
  const round = rounds[place];
  if (!round) return [];
  const heading = el(
    'h2',
    {},
    `${claim}: ${say(title)} `,
    el('small', {}, `${t('round')} ${place + 1}/${rounds.length}`),
  );
  const parts: HTMLElement[] = [heading];
  if (place === 0 && phase === 'told') parts.push(el('p', {}, say(intro)));
  parts.push(el('p', { class: 'what' }, say(round.what)));
  if (phase !== 'told') {
    const told =
      phase === 'revealed'
        ? el('div', {}, ...counted(lesson), el('p', { class: 'why' }, say(round.why)))
        : null;
    parts.push(el('div', { class: 'asked' }, question(lesson, send), told));
  }
  if (phase === 'running') parts.push(el('p', { class: 'running' }, t('running')));
  if (send === null) return parts;
  const step = nextStep(lesson);
  parts.push(
    el(
      'div',
      { class: 'row' },
      step !== null && button(step, () => void send({ do: 'next' }), { class: 'next' }),
      phase === 'revealed' && step === null && el('b', {}, t('lastRound')),
      phase === 'revealed' && button(t('again'), () => void send({ do: 'again' })),
      button(t('leave'), () => void send({ do: 'free-stage' })),
    ),
  );
  return parts;
}

export function hasNextStep(lesson: ShownLesson): boolean {
  return nextStep(lesson) !== null;
}

function nextStep({ phase, round, rounds }: ShownLesson): string | null {
  switch (phase) {
    case 'told':
      return t('toQuestion');
    case 'asked':
      return t('toRun');
    case 'running':
      return null;
    case 'covered':
      return t('toReveal');
    case 'revealed':
      return round + 1 < rounds.length ? t('toNext') : null;
  }
}

function question(
  { rounds, round: place, votes, phase }: ShownLesson,
  send: Send | null,
): HTMLElement {
  const round = rounds[place] as ShownLesson['rounds'][number];
  const list = el('ol', { class: 'choices' });
  for (const [choice, words] of round.choices.entries()) {
    const count = votes[choice] ?? 0;
    const isRight = phase === 'revealed' && round.answer === choice + 1;
    const made = button('', () => void send?.({ do: 'vote', choice, change: 1 }), {
      class: isRight ? 'came-true' : null,
    });
    const bar = el('i', { 'aria-hidden': true });
    bar.style.width = `${Math.round((100 * count) / Math.max(1, ...votes))}%`;
    made.append(
      el('span', {}, `${isRight ? '✓ ' : ''}${say(words)}`),
      el('b', {}, String(count)),
      bar,
    );
    made.disabled = phase !== 'asked' || send === null;
    list.append(el('li', {}, made));
  }
  return el(
    'div',
    {},
    el('h3', { class: 'question' }, say(round.question)),
    phase === 'asked' && el('p', { class: 'small' }, t('voteHow')),
    list,
  );
}

function counted({ counted: lanes, asTold, rounds, round }: ShownLesson): HTMLElement[] {
  if (!lanes) return [];
  const columns = rounds[round]?.columns ?? [];
  const hasFull = lanes.some(({ full }) => full !== null);
  const shown = OUTCOMES.filter((outcome) => lanes.some(({ counts }) => counts[outcome] > 0));
  const head = [
    t('lane'),
    ...shown.map((outcome) => say(OUTCOME_WORDS[outcome])),
    ...[t('half'), t('p99')],
    ...columns.map((column) => t(column === 'bytes' ? 'bytesEach' : 'cpuEach')),
    ...(hasFull ? [t('wasFull')] : []),
  ];
  const row = (name: string, cells: string[]) =>
    el('tr', {}, el('th', { scope: 'row' }, name), ...cells.map((cell) => el('td', {}, cell)));
  const table = el(
    'table',
    {},
    el('caption', {}, t('counted')),
    el('thead', {}, el('tr', {}, ...head.map((cell) => el('th', { scope: 'col' }, cell)))),
    el(
      'tbody',
      {},
      ...lanes.map((lane) =>
        row(lane.lane, [
          ...cellsOf(lane, shown, columns),
          ...(hasFull ? [lane.full === null ? '–' : say(FULL_NAMES[lane.full])] : []),
        ]),
      ),
    ),
  );
  const isBusy = lanes.some(({ full }) => full === 'machine');
  const doubtful = lanes.some(({ unreliableShare }) => unreliableShare > 0.1);
  return [
    el('div', { class: 'scrolls', tabindex: 0 }, table),
    ...(asTold === null
      ? []
      : [el('p', { class: asTold ? 'told' : 'doubt' }, t(asTold ? 'asTold' : 'notAsTold'))]),
    ...(doubtful ? [el('p', { class: 'doubt' }, t('tooLate'))] : []),
    ...(isBusy ? [el('p', { class: 'doubt' }, t('machineBusy'))] : []),
  ];
}

function cellsOf(
  lane: LaneCounts,
  shown: readonly (typeof OUTCOMES)[number][],
  columns: ShownLesson['rounds'][number]['columns'],
): string[] {
  const { microsecondsPerAnswer: each, bytesPerAnswer: bytes } = lane;
  const more = {
    microseconds: each === null ? '–' : `${whole(each)} µs`,
    bytes: bytes === null ? '–' : whole(bytes),
  };
  return [
    ...shown.map((outcome) => whole(lane.counts[outcome])),
    ...[ms(lane.p50Ms), ms(lane.p99Ms)],
    ...columns.map((column) => more[column]),
  ];
}
