/**
 * What the lab and an agent (a machine that sends load for it) say to each other: JSON texts over a WebSocket,
 * checked at both ends. The lab speaks first. Times are milliseconds on the clock of the agent.
 *
 *     lab: challenge    agent: hello    lab: welcome, or refused
 *     then pings and pongs all the time; orders to load workers, and what these say; at the end bye
 */
import { z } from 'zod';
import { ARRIVALS } from '../open-loop/arrivals.js';

/** Both ends must have the same. The version of the lab must be the same too, so this changes with the handshake only. */
export const PROTOCOL = 1;

/** Orders hold the credentials of all connections: 5,000 of 1 kB for each of many variants. */
export const MOST_BYTES_OF_AN_ORDER = 64 * 2 ** 20;
/** A part of a report is a histogram or some: tens of kilobytes. */
export const MOST_BYTES_OF_A_REPORT = 4 * 2 ** 20;
/** Of load that one order asks for, warm-up included. */
export const MOST_LOAD_MS = 1_300_000;

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const counts = z.record(z.string(), count);
const text = z.string().max(2000);

const connection = z.object({
  origin: z.string().max(300),
  instance: count,
  credential: z.record(z.string(), z.string()),
  user: z.object({ id: count, email: z.string(), name: z.string() }),
  password: z.string(),
  path: z.string().optional(),
});
const posts = z.object({ firstId: count, lastId: count });
const connections = z.array(connection).max(10_000);

const windowSchema = z.object({
  startMs: z.number().optional(),
  fromMs: z.number(),
  toMs: z.number(),
  untilMs: z.number(),
  slices: count.positive().max(1000),
  measured: z.boolean(),
});

const workerOrder = z.object({
  workload: z.string(),
  connections,
  posts,
  seed: count,
  startMs: z.number().optional(),
  slackMs: amount.max(1000).optional(),
  streamed: z.boolean().optional(),
  windowFromMs: z.number(),
  windowToMs: z.number(),
  slices: count.positive().max(1000),
  offered: z
    .object({
      arrivals: z.enum(ARRIVALS),
      rateRps: z.number().positive().max(1e7),
      lateAfterMs: amount.optional(),
    })
    .optional(),
  place: z.object({ worker: count, workers: count.positive() }),
});

const sessionOrder = z.object({
  workload: z.string(),
  posts,
  loops: z.array(z.object({ connections, seed: count })).max(100),
  streamed: z.boolean().optional(),
});

const toWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), order: workerOrder }),
  z.object({ type: z.literal('open'), order: sessionOrder }),
  z.object({ type: z.literal('load'), loop: count, window: windowSchema }),
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('abort') }),
]);

const latencies = { latencySumMs: amount, histogram: z.string() };

const workerReport = z.object({
  requests: count,
  requestsPerInstance: counts,
  requestsPerSlice: z.array(count),
  statuses: counts,
  unexpectedStatuses: counts,
  requestsSinceStart: count,
  ...latencies,
  kinds: z.record(z.string(), z.object(latencies)).optional(),
  errors: count,
  firstError: text.nullable(),
  timeouts: count,
  wire: z.object({ sentBytes: count, receivedBytes: count, responses: count }),
  leftovers: z.array(z.object({ path: z.string(), connection: count })),
  openLoop: z
    .object({
      offered: z.object({
        arrivals: z.enum(ARRIVALS),
        rateRps: amount,
        lateAfterMs: amount.optional(),
      }),
      planned: count,
      sent: count,
      late: count,
      lateAfterMs: amount,
      inFlightAtEnd: count,
      lateness: z.string(),
      meanInSystem: z.number(),
      meanInSystemByLatency: z.number(),
    })
    .optional(),
  sending: z.object({ activeMs: amount, idleMs: amount, lateStarts: count }).optional(),
});

const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('opened') }),
  z.object({ type: z.literal('part'), number: count, loop: count, report: workerReport }),
  z.object({ type: z.literal('report'), report: workerReport, parts: count }),
  z.object({ type: z.literal('drained'), answered: count }),
  z.object({
    type: z.literal('closed'),
    reports: z.array(workerReport.nullable()),
    parts: count,
  }),
  z.object({ type: z.literal('failed'), message: text }),
]);

/** Each kind of load has workers of its own (load-processes.ts). */
const WORKER_KINDS = ['closed-loop', 'open-loop'] as const;
const kind = z.enum(WORKER_KINDS);
export type WorkerKind = z.infer<typeof kind>;

const version = z.object({
  release: z.string().max(50),
  commit: z.string().max(50).nullable(),
});
/** Of the lab's code. */
export type LabVersion = z.infer<typeof version>;

/** All that a version must have in common with others, so that one can refuse another. */
export const greetingSchema = z.object({ protocol: z.int(), version });

export const challengeSchema = z.object({
  type: z.literal('challenge'),
  ...greetingSchema.shape,
  nonce: z.string().min(20).max(100),
});

export const helloSchema = z.object({
  type: z.literal('hello'),
  ...greetingSchema.shape,
  nonce: z.string().min(20).max(100),
  proof: z.string().max(100),
  name: z.string().regex(/^[\w.-]{1,60}$/),
  node: z.string().max(50),
  platform: z.string().max(100),
  cores: count.positive(),
  memoryBytes: count,
  loadWorkers: count.positive().max(64),
  openFiles: count.nullable().describe('That a process may have; null: no limit.'),
});
export type Hello = z.infer<typeof helloSchema>;

const address = z.object({ host: z.string().max(300), port: count.max(65_535) });

export const fromLabSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), proof: z.string().max(100) }),
  z.object({ type: z.literal('refused'), code: z.string().max(50), message: text }),
  z.object({ type: z.literal('ping'), id: count }),
  z.object({ type: z.literal('may'), id: count, addresses: z.array(address).max(1000) }),
  z.object({ type: z.literal('fork'), id: count, kind }),
  z.object({ type: z.literal('order'), kind, worker: count, message: toWorker }),
  z.object({ type: z.literal('usage'), id: count }),
  z.object({ type: z.literal('bye') }),
]);
export type FromLab = z.infer<typeof fromLabSchema>;

const usage = z.object({ cpuSeconds: amount, rssBytes: amount }).nullable();

export const fromAgentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pong'), id: count, atMs: z.number() }),
  z.object({ type: z.literal('may'), id: count, refused: z.array(text).max(1000) }),
  z.object({ type: z.literal('forked'), id: count, failed: text.nullable() }),
  z.object({ type: z.literal('said'), kind, worker: count, message: fromWorker }),
  z.object({
    type: z.literal('usage'),
    id: count,
    atSeconds: z.number(),
    relay: usage,
    workers: z.array(z.object({ kind, worker: count, usage })),
  }),
]);
export type FromAgent = z.infer<typeof fromAgentSchema>;
export type UsageAnswer = Extract<FromAgent, { type: 'usage' }>;

export function isSameVersion(one: LabVersion, other: LabVersion): boolean {
  const isCommitKnown = one.commit !== null && other.commit !== null;
  return one.release === other.release && (!isCommitKnown || one.commit === other.commit);
}

/** "0.1.0 (commit 653431cd)" */
export function versionInWords({ release, commit }: LabVersion): string {
  return commit === null ? release : `${release} (commit ${commit})`;
}

/** @returns undefined for what is no JSON, or has another shape */
export function readMessage<Shape extends z.ZodType>(
  schema: Shape,
  data: unknown,
): z.infer<Shape> | undefined {
  try {
    return schema.safeParse(JSON.parse(String(data))).data;
  } catch {
    return undefined;
  }
}
