/**
 * The last ten minutes of a show, numbered. Whoever watches has a place of its own in it and reads on when it can,
 * so a slow watcher costs nobody anything: what it did not read in time is gone for it.
 */
import type { Message, NewMessage } from './show-model.js';

export interface MessageLog {
  push(message: NewMessage): void;
  /** After the message with this number, in order; all that are kept where it is older, or from the future. */
  after(id: number): readonly Message[];
  last(): number;
  /** Called after each message. @returns ends that */
  listen(listener: () => void): () => void;
}

/** Four frames a second for ten minutes, and marks. */
const MOST_MESSAGES = 2800;

export function openMessageLog(most = MOST_MESSAGES): MessageLog {
  const kept: Message[] = [];
  const listeners = new Set<() => void>();
  /** The last state before those that are kept: without it nobody could tell what they are about. */
  let carried: Message | null = null;
  let last = 0;
  return {
    push(message) {
      last += 1;
      kept.push({ id: last, ...message } as Message);
      // In larger pieces: to shift a long array each time costs more than it saves.
      if (kept.length > most * 1.1) {
        const dropped = kept.splice(0, kept.length - most);
        carried = dropped.findLast(({ type }) => type === 'state') ?? carried;
      }
      for (const listener of listeners) listener();
    },
    after(id) {
      const first = kept[0]?.id ?? 1;
      const isBehind = id > last || id + 1 < first;
      if (!isBehind) return kept.slice(id + 1 - first);
      return carried ? [carried, ...kept] : kept.slice();
    },
    last: () => last,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
