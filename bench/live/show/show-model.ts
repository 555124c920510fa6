/**
 * What a show tells its watchers: a log of numbered messages. The page imports these types, and a saved show is such
 * a log; nothing of Node is in here.
 */
import type { Outcome } from '../../model/outcomes.js';

/** In two languages; more may be added to both at once. */
export interface Words {
  en: string;
  ko: string;
}
export type LanguageName = keyof Words;

/** Requests a second to a lane, at most. */
export const MOST_PER_SECOND = 2000;

export interface ShownInstance {
  number: number;
  state: 'starting' | 'working' | 'frozen' | 'gone';
  /** Whether it is held to its share of a core by now. */
  isHeld: boolean;
  /** CPU time used per second; null: not known. */
  cores: number | null;
  memoryBytes: number | null;
  /** Answers in the time of the frame; null: behind nginx nobody sees whose they are. */
  answers: number | null;
}

export interface ShownProcess {
  name: string;
  state: 'working' | 'frozen' | 'gone';
  cores: number | null;
  memoryBytes: number | null;
}

export interface LaneFrame {
  /** Answers in the time of the frame, in the order of the outcomes (model/drill-schema.ts). */
  outcomes: number[];
  /** Of what is read, from the planned moment; null: nothing was answered. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** Of the bodies of all answers. */
  bytes: number;
  /** Planned, a second. */
  rate: number;
  /** Requests that wait for an answer. */
  onTheWay: number;
  /** Whether the load was not the planned one: the sender was late, so nothing is to be read off this frame. */
  isUnreliable: boolean;
  instances: ShownInstance[];
  companions: ShownProcess[];
  /** What has no more to give, for a person; null: nothing. */
  full: 'instances' | 'redis' | 'database' | 'machine' | null;
}

export interface Frame {
  /** Since the show began: the end of the time it is about. */
  atMs: number;
  lanes: Record<string, LaneFrame>;
  redis: ShownProcess & { commandsPerSecond: number | null; keys: number | null };
  database: ShownProcess;
  lab: { cores: number; watchers: number };
  /** Of the whole machine, in cores; null: not known. */
  machineCores: number | null;
}

export interface ShownLane {
  id: string;
  strategy: string;
  /** What it is told beside its strategy; for a person. */
  settings: string;
}

export interface Scene {
  lanes: ShownLane[];
  /** Whether people ask as fast as they are answered, and not by a plan. */
  asFastAsAnswered: boolean;
  /** Of each instance, in cores; null: they take what they need. */
  instanceCores: number | null;
  redisCores: number | null;
  machineCores: number;
  /** Whether nginx stands before lanes. */
  hasWeb: boolean;
  /** Why processes are not held though they should be; null: they are, or need not be. */
  notHeld: string | null;
  hands: ShownHand[];
}

/** A fault that can be done here. */
export interface ShownHand {
  fault: string;
  title: string;
  undoTitle: string | null;
  /** Why it cannot be done in this scene; null: it can. */
  whyNot: string | null;
}

export interface LaneCounts {
  lane: string;
  counts: Record<Outcome, number>;
  /** In the time of the round. */
  seconds: number;
  /** Medians over its frames; null: nothing was answered. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** CPU time of the instances, and of what stands beside them, for an answer; null: nothing was answered. */
  microsecondsPerAnswer: number | null;
  /** Of the body; null: nothing was answered. */
  bytesPerAnswer: number | null;
  unreliableShare: number;
  /** What had no more to give in most of the time; null: nothing. */
  full: LaneFrame['full'];
}

export type LessonPhase = 'told' | 'asked' | 'running' | 'covered' | 'revealed';

export interface ShownRound {
  /** What we do. */
  what: Words;
  question: Words;
  choices: Words[];
  /** Of the choices, counted from 1, the one that comes true if it goes as told; left out where it depends. */
  answer?: number | undefined;
  /** What was to be seen, and why. */
  why: Words;
  /** What else is told of the counts. */
  columns: ('microseconds' | 'bytes')[];
}

export interface ShownLesson {
  name: string;
  claim: string;
  title: Words;
  intro: Words;
  rounds: ShownRound[];
  /** Counted from 0. */
  round: number;
  phase: LessonPhase;
  /** Hands that were counted for each choice of the round. */
  votes: number[];
  /** Of the round that was run; null before that. */
  counted: LaneCounts[] | null;
  /** Whether the counts were as the lesson says they would be; null: it says nothing, or was not run. */
  asTold: boolean | null;
}

export interface ShownState {
  /** null: the scene is being set. */
  scene: Scene | null;
  lesson: ShownLesson | null;
  /** Faults that are not undone yet. */
  broken: string[];
  /** What is being done now; null: nothing. */
  busy: string | null;
  lessons: { name: string; claim: string; title: Words }[];
}

export type Message =
  | { id: number; type: 'frame'; frame: Frame }
  | { id: number; type: 'state'; atMs: number; state: ShownState }
  | { id: number; type: 'mark'; atMs: number; mark: Mark };

/** What was done, drawn into the charts. */
export interface Mark {
  kind: 'fault' | 'undo' | 'hand' | 'trouble';
  text: Words;
  /** null: all of them. */
  lane: string | null;
  /** What was broken, or mended. */
  fault?: string;
}
export type NewMessage = Message extends infer Each
  ? Each extends Message
    ? Omit<Each, 'id'>
    : never
  : never;
