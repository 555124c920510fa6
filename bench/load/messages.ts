/**
 * What the lab and a shard (one load-generating process) say to each other over IPC.
 */
import type { Connection, SeededPosts } from './workload.js';

export interface ShardOrder {
  workload: string;
  connections: Connection[];
  posts: SeededPosts;
  seed: number;
  /** The measured window, on the monotonic clock that all processes of a machine share. */
  windowFromMs: number;
  windowToMs: number;
  /** Equal parts of the window, for steadiness. */
  slices: number;
}

export interface ShardReport {
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
  /** Since the load began. */
  errors: number;
  firstError: string | null;
  timeouts: number;
  /** TCP payload between two moments near the edges of the window, and the answers between them. */
  wire: { sentBytes: number; receivedBytes: number; responses: number };
  /** Paths of posts that a connection made and did not get to delete. */
  leftovers: { path: string; connection: number }[];
}

export type ToShard = { type: 'start'; order: ShardOrder } | { type: 'abort' };
export type FromShard =
  | { type: 'ready' }
  | { type: 'report'; report: ShardReport }
  | { type: 'failed'; message: string };
