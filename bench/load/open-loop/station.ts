/**
 * One instance as the sender sees it: users who are free to ask, lanes to it, and planned requests that
 * wait because every user is busy. A user is busy with one request at a time, as a browser tab is; so there
 * are never more lanes than users.
 */
import { seededRandom } from '../../model/random.js';
import type { WorkerOrder } from '../messages.js';
import type { RequestLoop, Workload } from '../workload.js';
import { createFifo } from './fifo.js';
import { createLane, isTimeout, type Lane } from './lane.js';
import type { OpenLoopRecorder } from './recorder.js';

export interface Station {
  /** Sends planned request `index` now, or as soon as a user is free. */
  accept(index: number): void;
  bytes(): { sent: number; received: number };
  leftovers(): { path: string; connection: number }[];
  destroy(): void;
}

interface StationOptions {
  order: WorkerOrder;
  workload: Workload;
  instance: number;
  recorder: OpenLoopRecorder;
  nowMs(): number;
  /** Called after each answer: a moment to look at the plan, since the sender is awake. */
  onFree(): void;
}

interface User {
  loop: RequestLoop;
  /** Which of its requests comes next. */
  next: number;
  /** Place in the order's connections. */
  connection: number;
}

export function createStation(options: StationOptions): Station {
  const { order, workload, instance, recorder, nowMs, onFree } = options;
  const users = usersOf(order, workload, instance);
  const { origin } = order.connections[users[0]?.connection ?? 0] as { origin: string };
  // Users take turns, so that no store keeps a hot key. Lanes do not: the last one used is used again,
  // and as many are open as are needed.
  const freeUsers = createFifo(users);
  const freeLanes: Lane[] = [];
  const lanes: Lane[] = [];
  const waiting = createFifo<number>();
  const busy = new Map<Lane, { index: number; user: User; kind: string | undefined }>();

  const send = (index: number, user: User) => {
    const lane = freeLanes.pop() ?? openLane();
    const request = user.loop.requests[user.next];
    if (!request) throw new Error('a workload without requests');
    user.next = (user.next + 1) % user.loop.requests.length;
    busy.set(lane, { index, user, kind: request.kind });
    recorder.onSent(index);
    lane.send(request);
  };
  const openLane = () => {
    const lane = createLane(origin, {
      onAnswer(answered, status) {
        const atMs = nowMs();
        const { index, user, kind } = take(answered);
        recorder.onAnswer(index, atMs, status, instance, kind);
        release(answered, user);
      },
      onFailure(failed, error) {
        const atMs = nowMs();
        const { index, user } = take(failed);
        recorder.onFailure(index, atMs, error, isTimeout(error));
        release(failed, user);
      },
    });
    lanes.push(lane);
    return lane;
  };
  const take = (lane: Lane) => {
    const work = busy.get(lane);
    if (!work) throw new Error('an answer that nobody asked for');
    busy.delete(lane);
    return work;
  };
  const release = (lane: Lane, user: User) => {
    freeLanes.push(lane);
    const next = waiting.shift();
    if (next === undefined) freeUsers.push(user);
    else send(next, user);
    onFree();
  };

  return {
    accept(index) {
      const user = freeUsers.shift();
      if (user) send(index, user);
      else waiting.push(index);
    },
    bytes: () =>
      lanes
        .map((lane) => lane.bytes())
        .reduce(
          (sum, { sent, received }) => ({
            sent: sum.sent + sent,
            received: sum.received + received,
          }),
          { sent: 0, received: 0 },
        ),
    leftovers: () =>
      users.flatMap(({ loop, connection }) => {
        const path = loop.leftover?.() ?? null;
        return path ? [{ path, connection }] : [];
      }),
    destroy() {
      for (const lane of lanes) lane.destroy();
    },
  };
}

function usersOf(order: WorkerOrder, workload: Workload, instance: number): User[] {
  return [...order.connections.entries()].flatMap(([index, connection]) => {
    if (connection.instance !== instance) return [];
    const random = seededRandom(order.seed + index);
    const loop = workload.loopFor({ connection, posts: order.posts, random });
    return [{ loop, next: 0, connection: index }];
  });
}
