/**
 * One instance as the sender sees it: users who are free to ask, channels to it, and planned requests that
 * wait because every user is busy. A user is busy with one request at a time, as a browser tab is; so there
 * are never more channels than users.
 */
import { seededRandom } from '../../model/random.js';
import type { WorkerOrder } from '../messages.js';
import type { RequestLoop, Workload } from '../workload.js';
import { type Channel, createChannel, isTimeout } from './channel.js';
import { createFifo } from './fifo.js';
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
  // Users take turns, so that no store keeps a hot key. Channels do not: the last one used is used again,
  // and as many are open as are needed.
  const freeUsers = createFifo(users);
  const freeChannels: Channel[] = [];
  const channels: Channel[] = [];
  const waiting = createFifo<number>();
  const busy = new Map<Channel, { index: number; user: User; kind: string | undefined }>();

  const send = (index: number, user: User) => {
    const channel = freeChannels.pop() ?? openChannel();
    const request = user.loop.requests[user.next];
    if (!request) throw new Error('a workload without requests');
    user.next = (user.next + 1) % user.loop.requests.length;
    busy.set(channel, { index, user, kind: request.kind });
    recorder.onSent(index);
    channel.send(request);
  };
  const openChannel = () => {
    const channel = createChannel(origin, {
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
    channels.push(channel);
    return channel;
  };
  const take = (channel: Channel) => {
    const work = busy.get(channel);
    if (!work) throw new Error('an answer that nobody asked for');
    busy.delete(channel);
    return work;
  };
  const release = (channel: Channel, user: User) => {
    freeChannels.push(channel);
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
      channels
        .map((channel) => channel.bytes())
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
      for (const channel of channels) channel.destroy();
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
