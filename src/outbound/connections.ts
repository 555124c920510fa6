import type { Client } from 'undici';
import type { NoAnswer } from './no-answer.js';

/** Somebody who wants a connection. */
export interface Taker {
  use(connection: Client): void;
  /** There is none to wait for any longer. */
  fail(why: NoAnswer): void;
}

/** Connections to one origin, each for one question at a time. They connect, and connect anew, as they are used. */
export interface Connections {
  /** The one used last, because it is the least likely to be closed by the other side by now. */
  take(taker: Taker): void;
  giveBack(connection: Client): void;
  /** For who does not wait for one any longer. */
  leave(taker: Taker): void;
  /** Ends what is under way, and all waiting. Resolves when the sockets are closed. */
  destroy(why: NoAnswer): Promise<void>;
}

/**
 * Why not undici's Pool: it takes another connection for a question that comes with the answer to the one
 * before, and it keeps a question that nobody waits for any longer until its turn comes.
 */
export function createConnections(open: () => Client, max: number): Connections {
  const all: Client[] = [];
  const idle: Client[] = [];
  // A set keeps the order, and gives up one in the middle at no cost.
  const waiting = new Set<Taker>();

  function openOne(): Client | undefined {
    if (all.length === max) {
      return undefined;
    }
    const opened = open();
    all.push(opened);
    return opened;
  }

  return {
    take: (taker) => {
      const connection = idle.pop() ?? openOne();
      if (connection === undefined) {
        waiting.add(taker);
      } else {
        taker.use(connection);
      }
    },
    giveBack: (connection) => {
      const [next] = waiting;
      if (next === undefined) {
        idle.push(connection);
      } else {
        waiting.delete(next);
        next.use(connection);
      }
    },
    leave: (taker) => waiting.delete(taker),
    destroy: async (why) => {
      for (const taker of waiting) {
        taker.fail(why);
      }
      waiting.clear();
      await Promise.all(all.map((connection) => connection.destroy(why)));
    },
  };
}
