/** What the lab and the sender of a crowd say to each other over IPC. */

export interface CrowdUser {
  email: string;
  /** Header lines of the credential: "Cookie: …" or "Authorization: …", each with its end. */
  headers: string;
}

export interface CrowdOrder {
  /** User i is at origin (first + i) % origins. */
  origins: readonly string[];
  /** Of all senders together: which is the first user of this one. */
  first: number;
  /** Addresses of this machine to connect from, in turns of `usersOfAddress`; empty: the system chooses. */
  addresses: readonly string[];
  usersOfAddress: number;
  password: string;
  seed: number;
}

/** Each user opens a connection, asks, and goes on asking until all are there. */
export interface ConnectCall {
  call: 'connect';
  fromMs: number;
  perSecond: number;
  gapMs: readonly [least: number, most: number];
  /** Longest time: more than the plan takes, since a server that is too slow never has all of them. */
  withinMs: number;
}

/** On the monotonic clock that all processes of a machine share. */
export interface AskCall {
  call: 'ask';
  fromMs: number;
  /** No request is planned after this; those under way are waited for. */
  toMs: number;
  /** Each user asks again after a time between these. */
  gapMs: readonly [least: number, most: number];
  /** So many of the users log in again, spread evenly over the time. */
  logins: number;
}

/** All connections are dropped, and each user comes back with a request at a moment of the time given. */
export interface ComeBackCall {
  call: 'come-back';
  fromMs: number;
  withinMs: number;
  /** Other ports than before: those lie idle for a while. */
  addresses: readonly string[];
}

export type CrowdCall =
  | { call: 'begin'; order: CrowdOrder }
  | { call: 'users'; users: readonly CrowdUser[] }
  | ConnectCall
  | AskCall
  | ComeBackCall
  | { call: 'connected' };

export type ToCrowdSender = CrowdCall & { id: number };
export type FromCrowdSender =
  | { type: 'ready' }
  | { type: 'done'; id: number; result: unknown }
  | { type: 'failed'; id: number; message: string };

export interface ConnectReport {
  connected: number;
  /** Requests without an answer meanwhile, and users who had no turn to connect. */
  failed: number;
  firstError: string | null;
  seconds: number;
}

export interface AskReport {
  planned: number;
  answered: number;
  /** By HTTP status. */
  statuses: Record<string, number>;
  /** No answer, by what happened: timeout, refused, closed, unreadable. */
  failures: Record<string, number>;
  firstFailure: string | null;
  /** Connections that had to be opened anew, beside those of a wave. */
  reconnects: number;
  /** Sent later than 20 ms after the plan: the sender itself was slow. */
  late: number;
  /** HdrHistogram V2, compressed, base64; microseconds from the planned moment to the last byte. */
  latency: string;
  /** The same of logins. */
  loginLatency: string;
  logins: number;
}
