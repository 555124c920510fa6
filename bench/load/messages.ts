/**
 * What the lab and a worker (one load-generating process) say to each other over IPC.
 */
import type { HttpEvents } from './closed-loop/http-connection.js';
import type { OfferedLoad } from './open-loop/arrivals.js';
import type { Connection, SeededPosts } from './workload.js';

/** The connections of one closed loop, and what they ask for. */
export interface LoopOrder {
  workload: string;
  connections: Connection[];
  posts: SeededPosts;
  seed: number;
}

/** Several closed loops that are held, and loaded in alternating windows. */
export interface SessionOrder {
  workload: string;
  posts: SeededPosts;
  loops: Pick<LoopOrder, 'connections' | 'seed'>[];
  /** Whether what is seen is told each second, in numbered parts; else once, at the end. */
  streamed?: boolean;
}

/** On the monotonic clock that all processes of a machine share. */
export interface LoadWindow {
  /** No request is sent before this; absent: the load begins when its order comes. */
  startMs?: number;
  /** Answers from here... */
  fromMs: number;
  /** ...to here are recorded, if it is measured at all. */
  toMs: number;
  /** No request is sent after this. */
  untilMs: number;
  /** Equal parts of the window. */
  slices: number;
  measured: boolean;
}

export interface WorkerOrder {
  workload: string;
  connections: Connection[];
  posts: SeededPosts;
  seed: number;
  /** No request is sent before this; absent: the load begins when its order comes. */
  startMs?: number;
  /** So long after the window the load goes on for those whose window ends later; absent: no time. */
  slackMs?: number;
  /** Whether what is seen is told each second, in numbered parts; else once, at the end. */
  streamed?: boolean;
  /** The measured window, on the monotonic clock that all processes of a machine share. */
  windowFromMs: number;
  windowToMs: number;
  /** Equal parts of the window, for steadiness. */
  slices: number;
  /** When requests are sent; read by a sender of the open loop, which has a default. */
  offered?: OfferedLoad;
  /** Which of the load-generating processes this is, from 0, and how many share the load. */
  place: { worker: number; workers: number };
}

/** What all workers are told alike. */
export type LoadOrder = Omit<WorkerOrder, 'connections' | 'place'>;

/** All counts of it add up: what is told in parts is the sum of its parts (sum-reports.ts). */
export interface WorkerReport {
  /** Answered inside the window. */
  requests: number;
  requestsPerInstance: Record<number, number>;
  requestsPerSlice: number[];
  /** By HTTP status, inside the window. */
  statuses: Record<string, number>;
  /** By HTTP status, since the load began, where the workload does not expect it. */
  unexpectedStatuses: Record<string, number>;
  /** Answered since the load began, warm-up included. */
  requestsSinceStart: number;
  latencySumMs: number;
  /** HdrHistogram V2, compressed, base64; microseconds. */
  histogram: string;
  /** The same for each kind of request, where the workload names kinds. */
  kinds?: Record<string, KindReport>;
  /** Since the load began. */
  errors: number;
  firstError: string | null;
  timeouts: number;
  /** TCP payload of the measured loads from their first request to their last answer, and the answers. */
  wire: { sentBytes: number; receivedBytes: number; responses: number };
  /** Paths of posts that a connection made and did not get to delete. */
  leftovers: { path: string; connection: number }[];
  /** Only of an open loop. */
  openLoop?: OpenLoopReport;
  /** Only of a load on a server that is not the lab's own. */
  foreign?: ForeignReport;
  /** How the worker itself fared under load. */
  sending?: SenderReport;
  /** Who has sent it, where that is another machine; the lab adds it. */
  agent?: ReportingAgent;
}

/** Whether a sender kept up with itself. */
export interface SenderReport {
  /** Its event loop worked and waited so long while it was to send. */
  activeMs: number;
  idleMs: number;
  /** Measured windows that had begun before it could send. */
  lateStarts: number;
}

/** A machine that sends load for the lab. */
export interface ReportingAgent {
  name: string;
  /** Why it can send no more; null: it can. */
  lost: string | null;
  /** What is missing of what it has told; null: nothing. */
  gap: string | null;
  /** How far its clock may be off from what the lab takes it for. */
  clockUncertaintyMs: number;
}

/** What such a server did besides answering, since the load began, and who waits at its end. */
export interface ForeignReport extends HttpEvents {
  /** How long each request that has no answer yet has waited. */
  waitsMs: number[];
}

/** Of the answers of one kind, inside the window. */
export interface KindReport {
  latencySumMs: number;
  /** HdrHistogram V2, compressed, base64; microseconds. */
  histogram: string;
}

/** Of the requests that were planned inside the window, unless it says otherwise. */
export interface OpenLoopReport {
  offered: OfferedLoad;
  planned: number;
  sent: number;
  /** Noticed too late by the sender itself, whatever the server did. */
  late: number;
  lateAfterMs: number;
  /** Neither answered nor failed when the trial ended: on the way, or waiting for a connection. */
  inFlightAtEnd: number;
  /** How long after the plan the sender got to it. HdrHistogram V2, compressed, base64; microseconds. */
  lateness: string;
  /** Mean number of requests sent or waiting in the window, by counting them. */
  meanInSystem: number;
  /** The same from the time that each was seen to spend in the window. */
  meanInSystemByLatency: number;
}

export type ToWorker =
  | { type: 'start'; order: WorkerOrder }
  | { type: 'open'; order: SessionOrder }
  | { type: 'load'; loop: number; window: LoadWindow }
  | { type: 'close' }
  | { type: 'abort' };
export type FromWorker =
  | { type: 'ready' }
  /** The end of what 'start' began; with what was not told before, and how many parts that was. */
  | { type: 'report'; report: WorkerReport; parts: number }
  /** All connections are open, or were waited for long enough. */
  | { type: 'opened' }
  /** Where it is streamed: what one loop has seen since the last part. Numbered from 1 for each order. */
  | { type: 'part'; number: number; loop: number; report: WorkerReport }
  /** The end of a load: every request is answered. */
  | { type: 'drained'; answered: number }
  /** By loop, what was not told before; null for one without connections in this worker. */
  | { type: 'closed'; reports: (WorkerReport | null)[]; parts: number }
  | { type: 'failed'; message: string };
