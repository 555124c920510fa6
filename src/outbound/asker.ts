import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createCircuit } from './circuit.js';
import { type Connections, createConnections } from './connections.js';
import { type Answer, exchange, type Question } from './exchange.js';
import { NoAnswer } from './no-answer.js';

export interface AskerOptions {
  /** Its origin is asked and no other. What path it has stands before the path of each question. */
  readonly url: string;
  /** How the log calls the other side. */
  readonly name: string;
  /** Longest wait for an answer, all attempts and the wait for a socket included. */
  readonly timeoutMs: number;
  /** Of an answer. */
  readonly bytesMax: number;
  /** Absent: each question is asked, whatever became of those before. */
  readonly circuit?: {
    /** So many failures in a row open it. */
    readonly failuresToOpen: number;
    /** Whether an answer of 500 or more, or one that is too long, is a failure. */
    readonly countsRefusals: boolean;
    /** A path that answers below 500 as soon as the other side is there, with no credential. */
    readonly probePath: string;
  };
  readonly log: Logger;
}

export interface Asker {
  /** @throws NoAnswer within `timeoutMs`, at once while the other side is known to be away */
  ask(question: Question): Promise<Answer>;
  /** Why it would not be asked now. */
  away(): NoAnswer | undefined;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Bounds what a frozen server can pile up; what is more waits its turn within its own timeout. */
const SOCKETS_MAX = 64;
const RETRIES_MAX = 2;
/** Before the second retry, at random up to twice as long: those that broke together come apart. */
const BACKOFF_MS = 20;

/**
 * One way to ask another server over HTTP. Everything is bounded: time, sockets, bytes. A connection
 * that broke is replaced for questions that may be repeated: at once, because a kept one may have been
 * closed by the other side just as it was used, and once more after a moment. What was late is not
 * repeated: the other side has that work already. Redirects are answers like any other, so a credential
 * goes to the origin it was given for.
 */
export function createAsker(options: AskerOptions): Asker {
  const { url, name, timeoutMs, bytesMax, log } = options;
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');

  let connections: Connections | undefined;
  let lastAnswerAt = 0;
  let closed = false;

  const circuit =
    options.circuit &&
    createCircuit({
      name,
      log,
      failuresToOpen: options.circuit.failuresToOpen,
      probe: () => probe(options.circuit?.probePath as string),
      // Who holds a socket, or waits for one, hears of it now.
      giveUp: dropConnections,
    });

  /** Loaded with the first question: a process that asks nobody does not pay for it. */
  async function openConnections(): Promise<Connections> {
    const { buildConnector, Client } = await import('undici');
    if (closed) {
      throw new NoAnswer('unsent', 'this process is leaving');
    }
    // One for all: it remembers TLS sessions.
    const connect = buildConnector({ timeout: timeoutMs });
    // Each exchange has a deadline of its own.
    const limits = { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 };
    connections ??= createConnections(
      () => new Client(origin, { ...limits, connect }),
      SOCKETS_MAX,
    );
    return connections;
  }

  async function dropConnections(why: NoAnswer): Promise<void> {
    const dropped = connections;
    connections = undefined;
    await dropped?.destroy(why);
  }

  async function send(question: Question, forMs: number): Promise<Answer> {
    const path = prefix + question.path;
    const limits = { timeoutMs: forMs, bytesMax };
    const answer = await exchange(
      connections ?? (await openConnections()),
      { ...question, path },
      limits,
    );
    lastAnswerAt = performance.now();
    return answer;
  }

  async function probe(path: string): Promise<void> {
    const { status } = await send(
      { method: 'GET', path, headers: {}, repeatable: true },
      timeoutMs,
    );
    if (status >= 500) {
      throw new NoAnswer('refused', `answered ${status}`);
    }
  }

  async function sendAgain(question: Question, deadline: number): Promise<Answer> {
    for (let tried = 0; ; tried += 1) {
      try {
        return await send(question, tried === 0 ? timeoutMs : deadline - performance.now());
      } catch (error) {
        const pauseMs = tried === 0 ? 0 : BACKOFF_MS * (1 + Math.random());
        const mayRepeat =
          question.repeatable &&
          (error as NoAnswer).reason === 'broken' &&
          tried < RETRIES_MAX &&
          circuit?.away() === undefined &&
          performance.now() + pauseMs < deadline;
        if (!mayRepeat) {
          throw error;
        }
        if (pauseMs > 0) {
          await delay(pauseMs);
        }
      }
    }
  }

  function noteRefusal(refusal: NoAnswer): void {
    if (options.circuit?.countsRefusals) {
      circuit?.failed(refusal);
    } else {
      circuit?.succeeded();
    }
  }

  function noteFailure(failure: NoAnswer, startedAt: number): void {
    // One late answer among others that come is load, and no reason to turn everybody away.
    const isSilence = failure.reason === 'late' && lastAnswerAt < startedAt;
    if (isSilence || failure.reason === 'broken') {
      circuit?.failed(failure);
    } else if (failure.reason === 'refused') {
      noteRefusal(failure);
    }
  }

  function refuseIfAway(): void {
    const why = circuit?.away();
    if (why !== undefined) {
      throw why;
    }
  }

  return {
    ask: async (question) => {
      refuseIfAway();
      // To load the client is no wait for the other side.
      if (connections === undefined) {
        await openConnections();
      }
      const startedAt = performance.now();
      try {
        const answer = await sendAgain(question, startedAt + timeoutMs);
        if (answer.status >= 500) {
          noteRefusal(new NoAnswer('refused', `answered ${answer.status}`));
        } else {
          circuit?.succeeded();
        }
        return answer;
      } catch (error) {
        noteFailure(error as NoAnswer, startedAt);
        throw error;
      }
    },
    away: () => circuit?.away(),
    close: async () => {
      closed = true;
      circuit?.close();
      await dropConnections(new NoAnswer('unsent', 'this process is leaving'));
    },
  };
}
