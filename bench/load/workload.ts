/**
 * What one connection asks for, again and again. Types only; the workloads stand in ./workloads.
 */
import type { Random } from '../model/random.js';

/** What a connection needs to act as one user. */
export interface Connection {
  /** For instance http://127.0.0.1:40123 */
  origin: string;
  /** Counted from 0; which instance the connection belongs to. */
  instance: number;
  /** Headers that carry the credential. */
  credential: Record<string, string>;
  user: { id: number; email: string; name: string };
  password: string;
  /** What to ask for, with its query; only for the workload `url`, which knows no path of its own. */
  path?: string;
}

export interface SeededPosts {
  firstId: number;
  lastId: number;
}

export interface RequestContext {
  connection: Connection;
  posts: SeededPosts;
  random: Random;
}

export interface WorkloadRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** Name of its kind, for instance "GET /me", where latencies of several are to be told apart. */
  kind?: string;
  /** Path of a resource that is known only once an earlier answer came. Costs the client CPU time. */
  latePath?: () => string;
  /** Header fields that are known only once an earlier answer came. Costs the client CPU time. */
  lateHeaders?: () => Record<string, string>;
  /** Reads the answer. Costs the client CPU time. */
  onResponse?: (status: number, headers: Record<string, string>) => void;
}

/** The requests of one connection, in a loop. */
export interface RequestLoop {
  requests: WorkloadRequest[];
  /** Path of what the loop made and had not yet deleted when it was stopped; null for none. */
  leftover?: () => string | null;
}

export interface Workload {
  name: string;
  summary: string;
  /** A trial with any other status is not a measurement. One of these that never comes is not noticed. */
  expectedStatuses: readonly number[];
  /** Answers of an instance after which its CPU time per request no longer falls (docs/method.md, Rounds). */
  warmUpRequests: number;
  /** Length of a measured window where windows of variants alternate: long enough for many requests. */
  windowMs: number;
  /** At most so many connections: hashing a password, for one, has a short bounded queue. */
  maxConnections?: number;
  /**
   * The server may be any, and does what HTTP lets it do: requests are repeated where it closes a kept
   * connection, given up after 10 s, and what it does besides answering is reported.
   */
  anyServer?: true;
  /** Its requests are logins: it has users of its own, and needs no credential. */
  logsIn?: boolean;
  /** Asks for posts by their ids, so there must be some. */
  needsPosts?: true;
  /** Writes into the database of the service. */
  writes?: true;
  /** A request with an answer that must be the same for all strategies; sent to each instance before load. */
  probe(context: RequestContext): WorkloadRequest;
  loopFor(context: RequestContext): RequestLoop;
}
