import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How much may be in hand. */
export interface AdmissionLimits {
  /** Requests that are begun in one turn of the event loop. */
  readonly perTurnMax: number;
  /**
   * Requests that wait behind another one of their connection, over all connections. Above it, those
   * connections are closed that have most of them.
   */
  readonly waitingMax: number;
  /** The same of one connection, which is closed above it. Node may read on where it should not. */
  readonly waitingPerConnectionMax: number;
}

/**
 * Far above what clients need that send one request at a time, and small enough that an instance with
 * a heap of 256 MB lives through it (docs/decisions/114). Node parses what one read of a socket
 * gave as a whole, 64 KiB or up to 2,600 requests, so each limit can be passed by that much.
 */
const LIMITS: AdmissionLimits = {
  perTurnMax: 256,
  waitingMax: 4000,
  waitingPerConnectionMax: 8000,
};

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A connection of a client. One of its requests is worked on at a time. */
export interface AdmittedConnection {
  readonly socket: Socket;
  /** The one worked on, or answered last. */
  current: Exchange | undefined;
  /** Parsed and not begun: what a client sent without waiting for answers (RFC 9112, section 9.3.2). */
  readonly waiting: Exchange[];
  /** Whether a request came before the one before was answered. */
  pipelines: boolean;
  /** What is left to do when all of them are answered. */
  whenAnswered: (() => void) | undefined;
}

export interface Admission {
  readonly connections: ReadonlyMap<Socket, AdmittedConnection>;
  /**
   * Calls back when the connection has no answer outstanding: at once, or later. The answer to a request of which not all
   * has come is not waited for: whoever reads its body waits for what nobody will send.
   */
  whenAnswered(socket: Socket, callback: () => void): void;
}

/**
 * Decides when the requests that a server has parsed are begun.
 *
 * Those of one turn of the event loop are begun together, when all sockets that were ready have been
 * read. What they hand to others (signatures to threads, commands to Redis) then goes over at once, and
 * so do the answers. Begun one by one as they are parsed, the same requests cost up to twice the CPU
 * time (docs/performance.md).
 *
 * Those of one connection are begun one after the other, in their order. A server may work on several
 * only if all their methods are safe (RFC 9112, section 9.3.2), and what it holds of a connection is
 * then one answer. While requests wait, their connection is not read. When too many wait, nobody is
 * read for the rest of the turn, and connections are closed: a client that pipelines expects that (same
 * section), and to wait for answers that a client may never take would stop everybody.
 */
export function admitRequests(
  server: Server,
  listener: RequestListener,
  limits: AdmissionLimits = LIMITS,
): Admission {
  const connections = new Map<Socket, AdmittedConnection>();
  let turn: Exchange[] = [];
  let waitingInAll = 0;
  let holding = false;

  server.on('connection', (socket) => {
    const connection: AdmittedConnection = {
      socket,
      current: undefined,
      waiting: [],
      pipelines: false,
      whenAnswered: undefined,
    };
    connections.set(socket, connection);
    // Node resumes a socket by itself, for example after each answer. A body under way must arrive.
    socket.on('resume', () => {
      const bodyUnderWay = connection.current?.request.complete === false;
      if (connection.waiting.length > 0 || (holding && !bodyUnderWay)) {
        socket.pause();
      }
    });
    // First and last of the listeners. Between them Node makes an error for each request that is cut
    // off; thousands of stacks, that nobody reads, cost more than all else.
    const { stackTraceLimit } = Error;
    socket.prependOnceListener('close', () => {
      Error.stackTraceLimit = connection.pipelines ? 0 : stackTraceLimit;
    });
    socket.once('close', () => {
      Error.stackTraceLimit = stackTraceLimit;
      connections.delete(socket);
      forget(connection);
    });
    if (holding) {
      socket.pause();
    }
  });

  server.on('request', admit);
  // Without a listener Node answers by itself, and not as this API does.
  server.on('checkExpectation', admit);

  function admit(request: IncomingMessage, response: ServerResponse): void {
    const connection = connections.get(request.socket);
    if (connection === undefined || request.socket.destroyed) {
      return;
    }
    const exchange = { request, response };
    if (connection.current === undefined || connection.current.response.writableFinished) {
      begin(connection, exchange);
    } else {
      wait(connection, exchange);
    }
  }

  function begin(connection: AdmittedConnection, exchange: Exchange): void {
    connection.current = exchange;
    if (turn.push(exchange) === 1) {
      atEndOfTurn(beginTurn);
    }
  }

  function beginTurn(): void {
    const begun = turn.length > limits.perTurnMax ? turn.slice(0, limits.perTurnMax) : turn;
    turn = turn.slice(begun.length);
    if (turn.length > 0) {
      atEndOfTurn(beginTurn);
    }
    for (const { request, response } of begun) {
      listener(request, response);
    }
  }

  function wait(connection: AdmittedConnection, exchange: Exchange): void {
    const { socket, waiting } = connection;
    waitingInAll += 1;
    if (waiting.push(exchange) === 1) {
      connection.pipelines = true;
      socket.pause();
      followUp(connection);
    } else if (waiting.length > limits.waitingPerConnectionMax) {
      close(connection);
    }
    if (waitingInAll > limits.waitingMax && !holding) {
      holding = true;
      for (const { socket: other } of connections.values()) {
        other.pause();
      }
      atEndOfTurn(shed);
    }
  }

  function shed(): void {
    const byWaiting = [...connections.values()]
      .filter(({ waiting }) => waiting.length > 0)
      .sort((one, other) => other.waiting.length - one.waiting.length);
    for (const connection of byWaiting) {
      if (waitingInAll <= limits.waitingMax / 2) {
        break;
      }
      close(connection);
    }
    holding = false;
    for (const { socket, waiting } of connections.values()) {
      if (waiting.length === 0) {
        socket.resume();
      }
    }
  }

  function close(connection: AdmittedConnection): void {
    forget(connection);
    connection.socket.destroy();
  }

  /** When the current request is answered, the next one is begun. */
  function followUp(connection: AdmittedConnection): void {
    connection.current?.response.once('close', () => {
      const next = connection.waiting.shift();
      if (next === undefined) {
        connection.whenAnswered?.();
        return;
      }
      waitingInAll -= 1;
      begin(connection, next);
      if (connection.waiting.length > 0 || connection.whenAnswered !== undefined) {
        followUp(connection);
      } else if (!holding) {
        connection.socket.resume();
      }
    });
  }

  function forget({ waiting }: AdmittedConnection): void {
    waitingInAll -= waiting.length;
    waiting.length = 0;
  }

  return {
    connections,
    whenAnswered: (socket, callback) => {
      const connection = connections.get(socket);
      const { current } = connection ?? {};
      if (
        connection === undefined ||
        current === undefined ||
        current.response.writableFinished ||
        !current.request.complete
      ) {
        callback();
        return;
      }
      connection.whenAnswered = callback;
      if (connection.waiting.length === 0) {
        followUp(connection);
      }
    },
  };
}

let atEnd: (() => void)[] = [];

/**
 * Calls back when this turn of the event loop has read all that was ready: sockets, and answers of
 * threads. Work that is gathered so costs less than the same work piece by piece
 * (docs/performance.md). What comes alone waits a few microseconds.
 */
function atEndOfTurn(callback: () => void): void {
  if (atEnd.push(callback) === 1) {
    // setImmediate runs right after the sockets were polled (libuv's check phase).
    setImmediate(release);
  }
}

export function endOfTurn(): Promise<void> {
  return new Promise(atEndOfTurn);
}

function release(): void {
  const released = atEnd;
  atEnd = [];
  for (const callback of released) {
    callback();
  }
}
