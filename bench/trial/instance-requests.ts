/** What the lab itself asks the instances, outside the measured window. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Instance } from '../fleet/fleet.js';
import { fetchAnswer } from '../load/fetch-answer.js';
import type { WorkerReport } from '../load/messages.js';
import type { Connection, SeededPosts, Workload, WorkloadRequest } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import { eventLoopReading } from '../measure/event-loop.js';
import { heapReading } from '../measure/heap.js';
import { LabError } from '../model/errors.js';

/** What is asked: instances by their addresses. */
interface Asked {
  instances: readonly Pick<Instance, 'number' | 'origin'>[];
}

/** The first answer to each workload's probe: every strategy must give the same. */
export type ProbeBook = Map<string, string>;

const PATIENCE_MS = 5000;

/**
 * Equal work: before the load, each instance must give the first user the same answer that every
 * other instance and strategy of this run gave.
 *
 * @param probes the first user at each instance, in the order of the instances
 * @throws LabError PROBE_FAILED, PROBE_DIFFERS
 */
export async function probeInstances(
  workload: Workload,
  fleet: Asked,
  probes: readonly Connection[],
  posts: SeededPosts,
  book: ProbeBook,
): Promise<void> {
  for (const [index, { origin, number }] of fleet.instances.entries()) {
    const connection = probes[index];
    if (!connection) throw new LabError('PROBE_FAILED', `Nobody to ask instance ${number} as.`);
    const request = workload.probe({ connection, posts, random: () => 0 });
    const answer = await send(origin, request);
    const text = await answer.text();
    if (answer.status !== 200) {
      throw new LabError(
        'PROBE_FAILED',
        `Before the load, instance ${number} answered ${answer.status} to ${request.method} ${request.path}: ${text.slice(0, 200)}`,
      );
    }
    const known = book.get(workload.name) ?? text;
    book.set(workload.name, known);
    if (known !== text) {
      throw new LabError(
        'PROBE_DIFFERS',
        `Instance ${number} answered ${request.path} with another body than earlier instances: the work is not equal.`,
      );
    }
  }
}

const counters = z.object({
  requests: z.object({ completed: z.int() }),
  eventLoop: eventLoopReading.optional(),
  heap: heapReading.optional(),
});

/** What an instance says of itself. All of it but the size of its heap only grows. */
export type InstanceReading = z.infer<typeof counters>;

/** @returns in the order of the instances; null for one that cannot be asked */
export function readInstances(fleet: Asked): Promise<(InstanceReading | null)[]> {
  return Promise.all(fleet.instances.map(({ origin }) => countersOf(origin).catch(() => null)));
}

async function countersOf(origin: string): Promise<InstanceReading> {
  const answer = await send(origin, { method: 'GET', path: '/counters', headers: {} });
  return counters.parse(await answer.json());
}

/**
 * What reaches an instance besides the load, now and then: the lab reads its counters on a connection that ends,
 * and its housekeeper asks the database. The first time throws away compiled code that had only seen the load, and
 * a process that is held to a share of a core takes seconds to compile it anew (docs/decisions/012). So all of it
 * happens while it warms up. An instance that does not answer is found by the load.
 *
 * @param probes the first user at each instance, in the order of the instances
 */
export async function askBesides(
  fleet: Asked,
  probes: readonly Connection[],
  posts: SeededPosts,
): Promise<void> {
  const { probe } = workloadNamed('read');
  const readOne = async (connection: Connection) => {
    const answer = await send(connection.origin, probe({ connection, posts, random: () => 0 }));
    await answer.arrayBuffer();
  };
  await Promise.allSettled([
    readInstances(fleet),
    ...probes.map(readOne),
    ...fleet.instances.map(({ origin }) => visitAndLeave(origin)),
  ]);
}

/** One request on a connection that is kept, and then closed from this end, as those of the load are. */
async function visitAndLeave(origin: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  try {
    const request = get(`${origin}/livez`, { agent, timeout: PATIENCE_MS });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
    await nextTurn();
  } finally {
    agent.destroy();
  }
}

/**
 * Deletes the posts that connections had made when the load ended, so that tables do not grow from
 * trial to trial. A post stays when its answer was under way: a handful of thousands.
 */
export async function deleteLeftovers(
  reports: readonly WorkerReport[],
  connections: readonly Connection[],
  remove: (author: Connection, path: string) => Promise<void> = deletePost,
): Promise<void> {
  const deletions = reports.flatMap((report) =>
    report.leftovers.flatMap(({ path, connection }) => {
      const author = connections[connection];
      // What a foreign server calls a path may lead to another server.
      return author && path.startsWith('/') ? [{ author, path }] : [];
    }),
  );
  await Promise.allSettled(deletions.map(({ author, path }) => remove(author, path)));
}

export async function deletePost(author: Connection, path: string): Promise<void> {
  const answer = await send(author.origin, { method: 'DELETE', path, headers: author.credential });
  await answer.arrayBuffer();
}

function send(origin: string, request: WorkloadRequest): Promise<Response> {
  return fetchAnswer(origin + request.path, {
    method: request.method,
    // No keep-alive: a kept connection would delay the end of the instance.
    headers: { ...request.headers, Connection: 'close' },
    ...(request.body !== undefined && { body: request.body }),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}
