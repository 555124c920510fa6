import type { IncomingHttpHeaders } from 'node:http';
import type { Client, Dispatcher } from 'undici';
import type { Connections, Taker } from './connections.js';
import { NoAnswer } from './no-answer.js';

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With a slash at its start. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Whether doing it twice does no more than doing it once. */
  readonly repeatable: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Limits {
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

/**
 * One question and its whole answer. `dispatch` knows nothing of redirects and asks for no compressed
 * answer. Its `request` makes a stream of each answer, which costs more than all the rest.
 *
 * @throws NoAnswer `late`, `broken`, `refused`, `unsent`
 */
export function exchange(
  connections: Connections,
  { method, path, headers, body }: Question,
  { timeoutMs, bytesMax }: Limits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let answered: IncomingHttpHeaders = {};
    let chunks: Buffer[] = [];
    let bytes = 0;
    let ended = false;

    const fail = (failure: NoAnswer) => {
      if (!ended) {
        ended = true;
        clearTimeout(timer);
        chunks = [];
        reject(failure);
        controller?.abort(failure);
      }
    };
    // The wait for a connection counts.
    const timer = setTimeout(() => {
      connections.leave(taker);
      fail(new NoAnswer('late', `no answer within ${Math.ceil(timeoutMs)} ms`));
    }, timeoutMs);

    const send = (connection: Client) => {
      connection.dispatch(
        { method, path, headers, body: body ?? null },
        {
          onRequestStart: (given) => {
            if (ended) {
              // It was late before it could be sent. Thrown here it costs no socket.
              throw new NoAnswer('late', 'not sent in time');
            }
            controller = given;
          },
          onResponseStart: (_controller, code, fields) => {
            status = code;
            answered = fields;
          },
          onResponseData: (_controller, chunk) => {
            bytes += chunk.length;
            if (bytes > bytesMax) {
              fail(new NoAnswer('refused', `answered with more than ${bytesMax} bytes`));
            } else {
              chunks.push(chunk);
            }
          },
          onResponseEnd: () => {
            connections.giveBack(connection);
            if (!ended) {
              ended = true;
              clearTimeout(timer);
              const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
              resolve({ status, headers: answered, text: whole.toString() });
            }
          },
          onResponseError: (_controller, error) => {
            connections.giveBack(connection);
            fail(error instanceof NoAnswer ? error : failureOf(error));
          },
        },
      );
    };
    const taker: Taker = { use: send, fail };
    connections.take(taker);
  });
}

function failureOf(error: NodeJS.ErrnoException): NoAnswer {
  const reason = error.code === 'UND_ERR_INVALID_ARG' ? 'unsent' : 'broken';
  // An error of several addresses (`localhost`) has a code and no message.
  return new NoAnswer(reason, error.message || error.code || error.name, error);
}
