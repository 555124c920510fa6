/** Where messages come from: the lab, or a saved show. */
import type { Message } from '../show/show-model.js';
import { emptyRecord, type ShowRecord, take } from './record.js';

export interface Source {
  readonly record: ShowRecord;
  /** The moment that is shown, since the show began. */
  nowMs(): number;
  close(): void;
}

export interface LiveSource extends Source {
  isConnected(): boolean;
}

export function listenToLab(onChange: () => void): LiveSource {
  const record = emptyRecord();
  const events = new EventSource('events');
  let connected = false;
  /** Of the lab's clock, at a moment of ours: frames come a quarter of a second apart, and charts go on between. */
  let last = { showMs: 0, atMs: performance.now() };
  const hear = (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as Message;
    take(record, message);
    const showMs = message.type === 'frame' ? message.frame.atMs : message.atMs;
    last = { showMs, atMs: performance.now() };
    onChange();
  };
  for (const type of ['frame', 'state', 'mark']) events.addEventListener(type, hear);
  events.addEventListener('open', () => {
    connected = true;
    onChange();
  });
  events.addEventListener('error', () => {
    connected = false;
    onChange();
  });
  return {
    record,
    isConnected: () => connected,
    nowMs: () => last.showMs + Math.min(250, performance.now() - last.atMs),
    close: () => events.close(),
  };
}

export interface SavedSource extends Source {
  readonly lengthMs: number;
  isPlaying(): boolean;
  play(on: boolean): void;
  /** From the beginning of the saved show. */
  goTo(ms: number): void;
  placeMs(): number;
}

const STEP_MS = 100;

/** @param text of a saved show: HTML; null where it is none */
export function messagesIn(text: string): Message[] | null {
  const page = new DOMParser().parseFromString(text, 'text/html');
  return readMessages(page.getElementById('show')?.textContent ?? null);
}

export function readMessages(json: string | null): Message[] | null {
  try {
    const { format, version, messages } = JSON.parse(json ?? 'null') ?? {};
    if (format !== 'lab-show' || version !== 1 || !Array.isArray(messages)) return null;
    const isMessage = (one: { type?: unknown }) =>
      ['frame', 'state', 'mark'].includes(String(one?.type));
    return messages.length > 0 && messages.every(isMessage) ? messages : null;
  } catch {
    return null;
  }
}

export function playSaved(messages: readonly Message[], onChange: () => void): SavedSource {
  const momentOf = (message: Message) =>
    message.type === 'frame' ? message.frame.atMs : message.atMs;
  const firstMs = momentOf(messages[0] as Message);
  const lengthMs = Math.max(...messages.map(momentOf)) - firstMs;
  let record = emptyRecord();
  let next = 0;
  let placeMs = 0;
  let playing = true;
  const advance = () => {
    for (; next < messages.length; next++) {
      const message = messages[next] as Message;
      if (momentOf(message) - firstMs > placeMs) break;
      take(record, message);
    }
    onChange();
  };
  const timer = setInterval(() => {
    if (!playing) return;
    placeMs = Math.min(lengthMs, placeMs + STEP_MS);
    if (placeMs >= lengthMs) playing = false;
    advance();
  }, STEP_MS);
  advance();
  return {
    ...{ lengthMs, nowMs: () => firstMs + placeMs, placeMs: () => placeMs },
    get record() {
      return record;
    },
    isPlaying: () => playing,
    play(on) {
      playing = on;
      if (on && placeMs >= lengthMs) this.goTo(0);
      onChange();
    },
    goTo(ms) {
      placeMs = Math.max(0, Math.min(lengthMs, ms));
      record = emptyRecord();
      next = 0;
      advance();
    },
    close: () => clearInterval(timer),
  };
}
