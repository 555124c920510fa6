/**
 * What autocannon's client leaves out of HTTP/1.1, put into it: a connection that the server ends after
 * an answer, interim answers, bodies that end with the connection, and whatever is no answer at all.
 * Sources: RFC 9112, sections 6.3, 8, 9.3.1, 9.5 and 9.6; RFC 9110, section 15.2.
 *
 * Without it autocannon writes the next request into a connection that the server is closing, counts
 * 103 Early Hints as an answer, and waits for ever after bytes that its parser does not understand.
 */
import { connect, type Socket } from 'node:net';
import type autocannon from 'autocannon';

/** What autocannon's types do not name. Its version is fixed for that. */
export interface HttpClient extends autocannon.Client {
  conn: Socket;
  destroyed: boolean;
  opts: { port: number; hostname: string };
  parser: Parser;
  /** At most one: the lab does not pipeline. */
  pipelinedRequests: {
    size(): number;
    peek(): { startTime: [number, number] } | undefined;
    clear(): void;
    addByteCount(bytes: number): void;
    addBody(data: Buffer): void;
  };
  getRequestBuffer(): Buffer;
  /** Opens the connection and sends a request; called by autocannon at the start and after a time-out. */
  _connect(): void;
  /** Sends the next request; called by autocannon for every answer and every new connection. */
  _doRequest(): void;
  /** Closes the connection at once; autocannon's own stop waits for its next tick. */
  destroy(): void;
}

/** Of http-parser-js. */
interface Parser {
  constructor: { RESPONSE: string; kOnHeadersComplete: number; kOnMessageComplete: number };
  state: string;
  /** NaN after a Content-Length that is no number. */
  body_bytes: number | null;
  execute(chunk: Buffer): number | Error;
  finish(): void;
  reinitialize(type: string): void;
  [handler: number]: (head: AnswerHead) => void;
}

interface AnswerHead {
  statusCode: number;
  shouldKeepAlive: boolean;
}

export interface HttpConnection {
  /** Whether it is connected at this moment. */
  isOpen(): boolean;
  /** TCP payload of this and all earlier connections of the client. */
  sentBytes(): number;
  receivedBytes(): number;
  /** Since its request was sent; null while none is. */
  waitedMs(): number | null;
  readonly seen: HttpEvents;
}

/** What happened on the connections of a client, other than answers. */
export interface HttpEvents {
  /** Connections that the server ended after an answer, as it said in that answer. */
  announcedCloses: number;
  /** Kept connections that it closed between two answers; the request was sent again. */
  silentCloses: number;
  /** Answers that another one follows, by status; 103 for instance. */
  interim: Record<number, number>;
}

export interface HttpOptions {
  /**
   * Sends a request again where the server closed a kept connection, in order and before any byte of an
   * answer, as browsers and proxies do (RFC 9112, section 9.3.1). Only where all requests are safe to repeat.
   */
  resends: boolean;
}

/** Before a client that got nothing out of a connection opens the next one. */
const PAUSE_MS = 100;

/** No more files for this process, or no more ports: not the server's doing. */
const OWN_LIMITS = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS']);

/** Call it in autocannon's `setupClient`: the client has no connection yet. */
export function speakHttp(client: HttpClient, { resends }: HttpOptions): HttpConnection {
  const { kOnHeadersComplete, kOnMessageComplete, RESPONSE } = client.parser.constructor;
  const seen: HttpEvents = { announcedCloses: 0, silentCloses: 0, interim: {} };
  const past = { sent: 0, received: 0 };
  let head: AnswerHead | null = null;
  let answersOnConnection = 0;
  /** Bytes of an answer have come, and not yet all. */
  let answering = false;
  let answeredInChunk = false;
  /** What the server did that no answer can do. */
  let offence: string | null = null;

  // Nothing reads the bodies, and an endless one would fill the memory.
  client.pipelinedRequests.addBody = () => {};

  client._connect = () => {
    takeParser();
    open();
    client._doRequest();
  };

  /** autocannon sets its own handlers after setupClient, and never again. */
  let taken = false;
  function takeParser(): void {
    if (taken) return;
    taken = true;
    const { parser } = client;
    const tellHead = parser[kOnHeadersComplete] as Parser[number];
    const tellAnswer = parser[kOnMessageComplete] as () => void;
    parser[kOnHeadersComplete] = (given) => {
      if (Number.isNaN(parser.body_bytes)) offence ??= 'sent a Content-Length that is no number';
      // The next request is sent when an answer is complete, so its answer cannot be in these bytes.
      if (answeredInChunk) offence ??= 'sent more than it was asked for';
      head = given;
      tellHead(given);
    };
    parser[kOnMessageComplete] = () => {
      if (offence !== null || head === null) return;
      const { statusCode, shouldKeepAlive } = head;
      if (statusCode === 101) offence = 'switched to another protocol';
      else if (statusCode < 200) {
        seen.interim[statusCode] = (seen.interim[statusCode] ?? 0) + 1;
      } else if (client.pipelinedRequests.size() === 0) {
        offence = 'sent an answer that nobody asked for';
      } else {
        answering = false;
        answeredInChunk = true;
        answersOnConnection++;
        if (!shouldKeepAlive) {
          seen.announcedCloses++;
          drop();
          open();
        }
        // Sends the next request: on the new connection, where there is one.
        tellAnswer();
      }
    };
  }

  function open(): void {
    answersOnConnection = 0;
    answering = false;
    const { port, hostname } = client.opts;
    // urlToHttpOptions leaves the brackets of an IPv6 address.
    const conn = connect(port, hostname.replace(/^\[(.*)\]$/, '$1'));
    client.conn = conn;
    const isCurrent = () => client.conn === conn && !client.destroyed;
    conn.on('data', (chunk: Buffer) => {
      if (isCurrent()) read(conn, chunk);
    });
    conn.on('end', () => {
      if (isCurrent()) end(conn);
    });
    conn.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) loseTo(error);
    });
  }

  function loseTo({ code = '' }: NodeJS.ErrnoException): void {
    if (OWN_LIMITS.has(code)) lose(code, 'this machine cannot open another connection:');
    else lose(`${answering ? 'broke off its answer' : 'gave no answer'} (${code})`);
  }

  function read(conn: Socket, chunk: Buffer): void {
    answering = true;
    answeredInChunk = false;
    offence = null;
    client.pipelinedRequests.addByteCount(chunk.length);
    const parsed = client.parser.execute(chunk);
    // What comes after the last answer of a connection is nobody's.
    if (client.conn !== conn) client.parser.reinitialize(RESPONSE);
    else if (parsed instanceof Error) lose('answered with what is not HTTP/1.1');
    else if (offence !== null) lose(offence);
  }

  function end(conn: Socket): void {
    answeredInChunk = false;
    offence = null;
    // Without a length the body ends with the connection.
    if (client.parser.state === 'BODY_RAW') client.parser.finish();
    if (client.conn !== conn) client.parser.reinitialize(RESPONSE);
    else if (answering) lose('closed the connection in the middle of an answer');
    else if (answersOnConnection > 0 && resends) sendAgain();
    else lose('closed the connection without an answer');
  }

  /** An orderly end between two answers, which may come at any time (RFC 9112, section 9.5). */
  function sendAgain(): void {
    drop();
    client.parser.reinitialize(RESPONSE);
    open();
    if (client.pipelinedRequests.size() === 0) return;
    seen.silentCloses++;
    client.conn.write(client.getRequestBuffer());
  }

  /** The request in flight, if there is one, has failed. */
  function lose(why: string, who = 'the server'): void {
    const wasAsked = client.pipelinedRequests.size() > 0;
    const pauseMs = answersOnConnection > 0 ? 0 : PAUSE_MS;
    drop();
    client.parser.reinitialize(RESPONSE);
    if (wasAsked) {
      client.pipelinedRequests.clear();
      client.emit('connError', new Error(`${who} ${why}`));
    }
    const again = () => {
      if (client.destroyed) return;
      open();
      // Sent in the pause, into the connection that was no more.
      if (client.pipelinedRequests.size() > 0) client.conn.write(client.getRequestBuffer());
      else if (wasAsked) client._doRequest();
    };
    if (pauseMs === 0) again();
    else setTimeout(again, pauseMs);
  }

  function drop(): void {
    past.sent += client.conn.bytesWritten;
    past.received += client.conn.bytesRead;
    client.conn.removeAllListeners();
    client.conn.on('error', () => {});
    client.conn.destroy();
  }

  return {
    isOpen: () => client.conn?.readyState === 'open',
    sentBytes: () => past.sent + bytesOf('bytesWritten'),
    receivedBytes: () => past.received + bytesOf('bytesRead'),
    waitedMs() {
      const sentAt = client.pipelinedRequests.peek()?.startTime;
      if (sentAt === undefined) return null;
      const [seconds, nanoseconds] = process.hrtime(sentAt);
      return seconds * 1000 + nanoseconds / 1e6;
    },
    seen,
  };

  /** Those of a connection that was dropped are counted already. */
  function bytesOf(count: 'bytesWritten' | 'bytesRead'): number {
    return client.conn && !client.conn.destroyed ? client.conn[count] : 0;
  }
}
