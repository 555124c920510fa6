import type { Server } from 'node:http';
import type { AdmittedConnection } from './admit-requests.js';

export interface ReadingLimits {
  /** From the first byte of an answer to its last one taken by the client. */
  readonly answerMs: number;
  /** Bytes of answers that clients have not taken, over all connections. */
  readonly bytesMax: number;
  readonly lookEveryMs: number;
}

/**
 * The largest answer of the API is the program of its documentation, 1.5 MB: 50 kB a second take it
 * in 30 s.
 */
const LIMITS: ReadingLimits = { answerMs: 30_000, bytesMax: 64 * 1024 ** 2, lookEveryMs: 500 };

/**
 * Closes connections on which a client does not take its answer: after a time, and before it if all of
 * them together hold too many bytes, those first that have been waiting longest. Node has no such limit:
 * its own time-outs are for requests, and one byte in a while keeps a connection alive.
 */
export function closeSlowReaders(
  server: Server,
  connections: ReadonlyMap<unknown, AdmittedConnection>,
  limits: ReadingLimits = LIMITS,
): void {
  /** Since when an answer was seen under way, in the order in which they were seen first. */
  let underWay = new Map<
    object,
    { readonly connection: AdmittedConnection; readonly since: number }
  >();

  function look(): void {
    const now = performance.now();
    const seen: typeof underWay = new Map();
    for (const [response, known] of underWay) {
      if (isUnderWay(known.connection) && known.connection.current?.response === response) {
        seen.set(response, known);
      }
    }
    let bytes = 0;
    for (const connection of connections.values()) {
      if (isUnderWay(connection)) {
        bytes += bytesOf(connection);
        const response = connection.current?.response as object;
        if (!seen.has(response)) {
          seen.set(response, { connection, since: now });
        }
      }
    }
    for (const { connection, since } of seen.values()) {
      if (now - since >= limits.answerMs || bytes > limits.bytesMax) {
        bytes -= bytesOf(connection);
        connection.socket.destroy();
      }
    }
    underWay = seen;
  }

  const timer = setInterval(look, limits.lookEveryMs).unref();
  server.once('close', () => clearInterval(timer));
}

function isUnderWay({ current, socket }: AdmittedConnection): boolean {
  return (
    current?.response.headersSent === true &&
    !current.response.writableFinished &&
    !socket.destroyed
  );
}

function bytesOf({ current, socket }: AdmittedConnection): number {
  return socket.writableLength + (current?.response.writableLength ?? 0);
}
