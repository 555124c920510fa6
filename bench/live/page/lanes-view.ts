/** The lanes side by side: figures a person at the back can read, charts on common axes, instances as boxes. */
import type { Frame, LaneFrame, Scene, ShownInstance, ShownLane } from '../show/show-model.js';
import { type LaneCharts, laneCharts } from './charts.js';
import { el, setText } from './dom.js';
import type { ShowRecord } from './record.js';
import { laneSeries, latest, niceCeiling, STACK } from './series.js';
import { FULL_NAMES, OUTCOME_COLOURS, OUTCOME_WORDS, say, t } from './words.js';

export interface LanesView {
  readonly element: HTMLElement;
  draw(record: ShowRecord, nowMs: number): void;
  setWindow(seconds: number): void;
  resize(): void;
}

interface LaneCard {
  lane: ShownLane;
  charts: LaneCharts;
  right: HTMLElement;
  wrong: HTMLElement;
  asked: HTMLElement;
  latency: HTMLElement;
  full: HTMLElement;
  doubt: HTMLElement;
  instances: HTMLElement;
}

/** @param instancesOf what stands beside the boxes of a lane: its buttons */
export function lanesView(instancesOf: (lane: string) => HTMLElement | null): LanesView {
  const element = el('div', { class: 'lanes' });
  let cards: LaneCard[] = [];
  let drawn = '';
  let windowSeconds = 60;

  function rebuild(scene: Scene | null): void {
    for (const { charts } of cards) charts.destroy();
    element.replaceChildren();
    element.style.setProperty('--lanes', String(scene?.lanes.length ?? 1));
    cards = (scene?.lanes ?? []).map((lane) => {
      const part = (name: string) => el('span', { class: name });
      const [right, wrong, asked, latency] = ['figure', 'figure wrong', 'small', 'small'].map(
        part,
      ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
      const full = el('p', { class: 'full' });
      const doubt = el('p', { class: 'doubt' });
      const instances = el('ul', { class: 'instances' });
      const ofAnswers = el('div', { class: 'chart tall' });
      const ofLatency = el('div', { class: 'chart' });
      const title = el('h2', {}, lane.id);
      if (lane.strategy !== lane.id || lane.settings !== '') {
        title.append(el('small', {}, ` ${lane.strategy} ${lane.settings}`));
      }
      element.append(
        el(
          'section',
          { class: 'lane', 'aria-label': lane.id },
          title,
          el('p', { class: 'figures' }, right, ` ${t('right')}  `, wrong, ` ${t('wrong')}`),
          el('p', { class: 'figures' }, asked, ' ', latency),
          full,
          doubt,
          el('h3', {}, t('answers')),
          ofAnswers,
          el('h3', {}, t('latency')),
          ofLatency,
          instances,
          instancesOf(lane.id),
        ),
      );
      const charts = laneCharts(ofAnswers, ofLatency);
      return { lane, charts, right, wrong, asked, latency, full, doubt, instances };
    });
  }

  return {
    element,
    setWindow(seconds) {
      windowSeconds = seconds;
    },
    resize() {
      // Axes have the size of type that they were made with.
      drawn = '';
    },
    draw({ frames, marks, state, sceneMs }, nowMs) {
      const scene = state?.scene ?? null;
      const wanted = JSON.stringify([scene?.lanes, document.documentElement.lang]);
      if (scene && wanted !== drawn) {
        drawn = wanted;
        rebuild(scene);
      }
      const last = frames.at(-1);
      if (!scene || !last) return;
      const toSeconds = nowMs / 1000;
      const fromSeconds = Math.max(toSeconds - windowSeconds, 0);
      const fromMs = Math.max(fromSeconds * 1000, sceneMs);
      const series = cards.map(({ lane }) => laneSeries(frames, lane.id, fromMs));
      const most = (values: (number | null)[]) =>
        values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
      const scales = {
        ...{ fromSeconds, toSeconds },
        mostAnswers: niceCeiling(
          Math.max(10, most(series.flatMap((one) => one.stacked.at(-1) ?? []))),
        ),
        mostMs: Math.max(
          10,
          10 ** Math.ceil(Math.log10(most(series.flatMap((one) => one.p99Ms)) || 1)),
        ),
      };
      for (const [index, card] of cards.entries()) {
        const frame = last.lanes[card.lane.id];
        if (frame) drawFigures(card, frame, frames, scene);
        const own = marks.filter(({ mark }) => mark.lane === null || mark.lane === card.lane.id);
        card.charts.draw(series[index] as (typeof series)[number], scales, own);
      }
    },
  };
}

function drawFigures(
  card: LaneCard,
  frame: LaneFrame,
  frames: readonly Frame[],
  scene: Scene,
): void {
  const { outcomes, seconds } = latest(frames, card.lane.id);
  const perSecond = outcomes.map((count) => count / Math.max(0.25, seconds));
  const right = perSecond[0] ?? 0;
  const wrong = perSecond.slice(1).reduce((sum, each) => sum + each, 0);
  setText(card.right, whole(right));
  setText(card.wrong, whole(wrong));
  card.wrong.classList.toggle('some', wrong > 0);
  const asked = scene.asFastAsAnswered ? t('asFast') : `${whole(frame.rate)}${t('perSecond')}`;
  setText(card.asked, `${t('asked')}: ${asked};`);
  setText(card.latency, `p50 ${ms(frame.p50Ms)}, p99 ${ms(frame.p99Ms)}`);
  setText(card.full, frame.full === null ? '' : `${t('wasFull')}: ${say(FULL_NAMES[frame.full])}`);
  setText(card.doubt, frame.isUnreliable ? t('unreliable') : '');
  drawInstances(card.instances, frame, scene);
}

function drawInstances(list: HTMLElement, frame: LaneFrame, { instanceCores }: Scene): void {
  const boxes = [
    ...frame.instances.map((instance) => ({
      name: `${t('instance')} ${instance.number}`,
      state: instance.state,
      text: textOf(instance, instanceCores),
      share: (instance.cores ?? 0) / (instance.isHeld && instanceCores ? instanceCores : 1),
    })),
    ...frame.companions.map(({ name, state, cores }) => ({
      ...{ name, state, share: cores ?? 0 },
      text: state === 'working' ? `${cores?.toFixed(2) ?? '–'} ${t('cores')}` : t(state),
    })),
  ];
  while (list.children.length > boxes.length) list.lastElementChild?.remove();
  for (const [index, { name, state, text, share }] of boxes.entries()) {
    let box = list.children[index] as HTMLElement | undefined;
    if (!box) {
      box = el('li', {}, el('b'), el('span'), el('i', { 'aria-hidden': true }));
      list.append(box);
    }
    const [title, words, bar] = [...box.children] as [HTMLElement, HTMLElement, HTMLElement];
    box.className = state;
    setText(title, name);
    setText(words, text);
    bar.style.width = `${Math.min(100, Math.round(share * 100))}%`;
  }
}

function textOf(instance: ShownInstance, instanceCores: number | null): string {
  const { state, cores, answers, isHeld } = instance;
  if (state !== 'working') return t(state);
  const used = cores === null ? '–' : cores.toFixed(2);
  const allowed =
    instanceCores === null ? '' : isHeld ? ` ${t('ofIts')} ${instanceCores}` : `, ${t('warm')}`;
  const rate = answers === null ? '' : `${whole(answers * 4)}/s, `;
  return `${rate}${used}${allowed} ${t('cores')}`;
}

/** Which colour is which outcome. */
export function legend(): HTMLElement {
  const list = el('ul', { class: 'legend' });
  for (const outcome of STACK) {
    const swatch = el('i', { 'aria-hidden': true });
    swatch.style.background = OUTCOME_COLOURS[outcome];
    list.append(el('li', {}, swatch, say(OUTCOME_WORDS[outcome])));
  }
  return list;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function ms(value: number | null): string {
  return value === null ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
