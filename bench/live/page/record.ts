/** What the page knows of a show: the messages that it was sent, in order. The same for a live show and a saved one. */
import type { Frame, Mark, Message, ShownState } from '../show/show-model.js';

export interface TimedMark {
  atMs: number;
  mark: Mark;
}

export interface ShowRecord {
  readonly frames: Frame[];
  readonly marks: TimedMark[];
  state: ShownState | null;
  /** The scene that the newest frames are of began then. */
  sceneMs: number;
}

const MOST_FRAMES = 2400;

export function emptyRecord(): ShowRecord {
  return { frames: [], marks: [], state: null, sceneMs: 0 };
}

export function take(record: ShowRecord, message: Message): void {
  switch (message.type) {
    case 'frame':
      record.frames.push(message.frame);
      if (record.frames.length > MOST_FRAMES) record.frames.splice(0, MOST_FRAMES / 10);
      return;
    case 'mark':
      record.marks.push(message);
      return;
    case 'state': {
      const { scene } = message.state;
      // Lanes of another scene cannot stand on the same charts.
      if (JSON.stringify(scene?.lanes) !== JSON.stringify(record.state?.scene?.lanes) && scene) {
        record.sceneMs = message.atMs;
        record.frames.length = 0;
        record.marks.length = 0;
      }
      record.state = message.state;
      return;
    }
  }
}
