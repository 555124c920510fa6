/** Buttons for everything that can be done to the stage. */
import { MOST_PER_SECOND, type Scene, type ShownState } from '../show/show-model.js';
import { button, el, setText } from './dom.js';
import { FAULT_WORDS, say, t } from './words.js';

export type Send = (command: object) => Promise<void>;

export interface HandsView {
  readonly element: HTMLElement;
  draw(state: ShownState | null, rate: number | null): void;
  /** The buttons of one lane. */
  ofLane(lane: string): HTMLElement;
}

export function handsView(send: Send): HandsView {
  const element = el('div', { class: 'hands' });
  const status = el('p', { class: 'status', role: 'status' });
  let drawn = '';
  let buttons = new Map<string, HTMLButtonElement>();
  let slider: HTMLInputElement | null = null;
  let number: HTMLElement | null = null;
  let web: HTMLButtonElement | null = null;
  let hasWeb = false;

  function rebuild(scene: Scene | null): void {
    buttons = new Map();
    slider = el('input', { type: 'range', min: 0, max: 100, step: 1, 'aria-label': t('rate') });
    number = el('output', {}, '');
    const chosen = slider;
    slider.addEventListener('input', () => {
      if (number) setText(number, String(rateOf(Number(chosen.value))));
    });
    slider.addEventListener('change', () => {
      void send({ do: 'rate', perSecond: rateOf(Number(chosen.value)), lane: null });
    });
    web = button('', () => {
      void send({ do: 'nginx', isThere: !hasWeb });
    });
    const faults = el('div', { class: 'faults' });
    for (const { fault, title, undoTitle, whyNot } of scene?.hands ?? []) {
      const made = button('', () => {
        const isBroken = made.getAttribute('aria-pressed') === 'true';
        void send({ do: isBroken ? 'undo' : 'break', fault });
      });
      made.title = whyNot ?? title;
      made.disabled = whyNot !== null;
      if (undoTitle !== null) made.setAttribute('aria-pressed', 'false');
      buttons.set(fault, made);
      faults.append(made);
    }
    element.replaceChildren(
      el('label', { class: 'rate' }, `${t('rate')} `, slider, number),
      el(
        'div',
        { class: 'row' },
        button(t('fewer'), () => void send({ do: 'instances', change: -1, lane: null })),
        button(t('more'), () => void send({ do: 'instances', change: 1, lane: null })),
        web,
        button(t('logIn'), () => void send({ do: 'log-in' })),
        button(t('mendAll'), () => void send({ do: 'mend-all' }), { class: 'mend' }),
      ),
      faults,
      status,
    );
  }

  return {
    element,
    ofLane: (lane) =>
      el(
        'div',
        { class: 'row lane-hands' },
        button(t('fewer'), () => void send({ do: 'instances', change: -1, lane }), {
          'aria-label': `${lane}: ${t('fewer')}`,
        }),
        button(t('more'), () => void send({ do: 'instances', change: 1, lane }), {
          'aria-label': `${lane}: ${t('more')}`,
        }),
      ),
    draw(state, rate) {
      const scene = state?.scene ?? null;
      const wanted = JSON.stringify([scene?.hands, document.documentElement.lang]);
      if (wanted !== drawn) {
        drawn = wanted;
        rebuild(scene);
      }
      hasWeb = scene?.hasWeb ?? false;
      if (web) setText(web, t(hasWeb ? 'nginxAway' : 'nginxBefore'));
      const broken = state?.broken ?? [];
      for (const { fault, undoTitle } of scene?.hands ?? []) {
        const made = buttons.get(fault);
        if (!made) continue;
        const words = say(FAULT_WORDS[fault] ?? { en: fault, ko: fault });
        const isBroken = undoTitle !== null && broken.includes(fault);
        if (undoTitle !== null) made.setAttribute('aria-pressed', String(isBroken));
        setText(made, isBroken ? `${words}: ${t('undo')}` : words);
      }
      if (slider && number && rate !== null && document.activeElement !== slider) {
        slider.value = String(placeOf(rate));
        setText(number, String(Math.round(rate)));
      }
      setText(status, state?.busy ? `… ${state.busy}` : '');
    },
  };
}

/** The slider is finer where rates are small. */
function rateOf(place: number): number {
  return Math.round((place / 100) ** 2 * MOST_PER_SECOND);
}

function placeOf(rate: number): number {
  return Math.round(Math.sqrt(rate / MOST_PER_SECOND) * 100);
}
