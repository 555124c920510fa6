/** A lesson on a show: what is told, what the class expects, the run, and what was counted. */
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../../model/errors.js';
import { FRAME_MS } from '../show/frames.js';
import { type Show, troubleOf } from '../show/show.js';
import type { Frame, ShownLesson } from '../show/show-model.js';
import { countRound, isAsTold } from './count-round.js';
import { type Lesson, type LessonAction, sceneOfLesson } from './lesson-schema.js';

export interface Teacher {
  /** Sets its scene. @throws LabError LESSON_UNKNOWN */
  begin(name: string): Promise<void>;
  /** One hand more or fewer for a choice of this round. */
  vote(choice: number, change: 1 | -1): void;
  /** What comes next: the question, the run, what was counted, the next round, the end. */
  next(): Promise<void>;
  /** The round is told anew. */
  again(): void;
  /** The round that runs is given up, and is told anew. */
  cancel(): void;
  /** Back to the free stage, which the caller sets. */
  leave(): void;
}

/** Frames tell of the time before them. */
const AFTER_RUN_MS = 2 * FRAME_MS;

/** @param inTurn does a piece of work when the hands before it are done */
export function openTeacher(
  show: Show,
  lessons: readonly Lesson[],
  inTurn: (work: () => Promise<void>) => Promise<void>,
  end: AbortSignal,
): Teacher {
  let running = new AbortController();
  let lesson: Lesson | null = null;
  let shown: ShownLesson | null = null;

  function current(): { lesson: Lesson; shown: ShownLesson } {
    if (lesson && shown) return { lesson, shown };
    throw new LabError('LESSON_MISSING', 'No lesson is being given.');
  }
  function change(parts: Partial<ShownLesson>): void {
    shown = { ...current().shown, ...parts };
    show.setLesson(shown);
  }
  async function act(action: LessonAction, signal: AbortSignal, count: () => void): Promise<void> {
    if ('wait' in action) await delay(action.wait * 1000, undefined, { signal });
    else if ('count' in action) {
      // A frame tells of the time before it.
      await delay(AFTER_RUN_MS, undefined, { signal });
      count();
    } else {
      await inTurn(async () => {
        signal.throwIfAborted();
        await handOf(action);
      });
    }
  }
  async function handOf(action: Exclude<LessonAction, { wait: number } | { count: string }>) {
    if ('rate' in action) return show.setRate(action.rate, action.lane ?? null);
    if ('add' in action) return show.changeInstances(action.add, action.lane ?? null);
    if ('remove' in action) return show.changeInstances(-action.remove, action.lane ?? null);
    if ('break' in action) return show.apply(action.break);
    if ('undo' in action) return show.undo(action.undo);
    return show.undoAll();
  }
  async function run(): Promise<void> {
    const mine = lesson;
    const round = lesson?.rounds[shown?.round ?? 0];
    if (!round) return;
    running = new AbortController();
    const signal = AbortSignal.any([end, running.signal]);
    let take = show.collect();
    let frames: Frame[] = [];
    try {
      for (const action of round.run) {
        signal.throwIfAborted();
        await act(action, signal, () => {
          take();
          take = show.collect();
        });
      }
      await delay(AFTER_RUN_MS, undefined, { signal });
    } catch (error) {
      if (lesson === mine) change({ phase: 'told' });
      if (signal.aborted) return;
      show.mark(troubleOf(error as Error));
      throw error;
    } finally {
      frames = take();
    }
    if (lesson !== mine) return;
    const counted = countRound(frames, FRAME_MS);
    change({ phase: 'covered', counted, asTold: isAsTold(counted, round.expect) });
  }

  return {
    async begin(name) {
      const found = lessons.find((each) => each.name === name);
      if (!found) throw new LabError('LESSON_UNKNOWN', `There is no lesson "${name}".`);
      lesson = null;
      shown = null;
      show.setLesson(null);
      await show.setScene(sceneOfLesson(found));
      lesson = found;
      const { claim, title, intro, rounds } = found;
      shown = {
        ...{ name, claim, title, intro, round: 0, phase: 'told', counted: null, asTold: null },
        rounds: rounds.map(({ run: _run, expect: _expect, ...told }) => told),
        votes: (rounds[0]?.choices ?? []).map(() => 0),
      };
      show.setLesson(shown);
    },
    vote(choice, step) {
      const { votes, phase } = current().shown;
      if (phase !== 'asked') throw new LabError('LESSON_OUT_OF_TURN', 'Nothing is asked now.');
      if (choice >= votes.length) throw new LabError('CHOICE_UNKNOWN', 'There is no such choice.');
      const changed = votes.map((count, place) =>
        place === choice ? Math.max(0, Math.min(999, count + step)) : count,
      );
      change({ votes: changed });
    },
    async next() {
      const { phase, round } = current().shown;
      switch (phase) {
        case 'told':
          return change({ phase: 'asked' });
        case 'asked':
          change({ phase: 'running' });
          return run();
        case 'running':
          throw new LabError('LESSON_OUT_OF_TURN', 'The round is still running.');
        case 'covered':
          return change({ phase: 'revealed' });
        case 'revealed': {
          const following = current().lesson.rounds[round + 1];
          if (!following) throw new LabError('LESSON_OUT_OF_TURN', 'This was the last round.');
          return change({
            ...{ round: round + 1, phase: 'told', counted: null, asTold: null },
            votes: following.choices.map(() => 0),
          });
        }
      }
    },
    again() {
      const { phase, votes } = current().shown;
      if (phase === 'running') {
        throw new LabError('LESSON_OUT_OF_TURN', 'The round is still running.');
      }
      change({ ...{ phase: 'told', counted: null, asTold: null }, votes: votes.map(() => 0) });
    },
    cancel: () => running.abort(),
    leave() {
      running.abort();
      lesson = null;
      shown = null;
      show.setLesson(null);
    },
  };
}
