/**
 * Two single requests before the load, over one connection where the server keeps it: a server that
 * cannot be measured is named with its cause, within seconds.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { LabError } from '../../model/errors.js';

export interface Question {
  url: URL;
  headers: Record<string, string>;
  signal: AbortSignal;
}

export interface UrlAnswer {
  status: number;
  latencyMs: number;
}

/** For one whole answer. Also what bounds a server that never answers, or never stops. */
const PATIENCE_MS = 5000;

/**
 * @returns the faster answer
 * @throws LabError URL_UNREACHABLE, URL_CLOSED, URL_SILENT, URL_NOT_HTTP or URL_REFUSES, in less than
 *   three times 5 s; or the reason of the signal
 */
export async function askUrl(question: Question): Promise<UrlAnswer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const first = await ask(question, agent);
    const second = await ask(question, agent);
    return second.latencyMs < first.latencyMs ? second : first;
  } finally {
    agent.destroy();
  }
}

async function ask(question: Question, agent: Agent): Promise<UrlAnswer> {
  const answer = (await askOnce(question, agent)) ?? (await askOnce(question, agent));
  if (answer === null) {
    throw new LabError('URL_CLOSED', `${question.url.href} closes each connection that is kept.`);
  }
  const { status } = answer;
  // 304 answers a question that the user put with --header.
  if ((status < 200 || status > 299) && status !== 304) {
    throw new LabError(
      'URL_REFUSES',
      `${question.url.href} answers with status ${status}: that can be faster than the work, so it is no measurement of it. ${adviceFor(status)}`,
    );
  }
  return answer;
}

function adviceFor(status: number): string {
  if (status < 400) return 'Give the URL that it leads to.';
  if (status === 401 || status === 403) return "Give a credential with --header 'NAME: VALUE'.";
  if (status < 500) return 'Look whether the URL is right, and whether it takes GET.';
  return 'Look at what the server itself says of it.';
}

/** @returns null when a kept connection was closed under the request: another one may do better */
function askOnce({ url, headers, signal }: Question, agent: Agent): Promise<UrlAnswer | null> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const startedMs = performance.now();
    let answer: IncomingMessage | undefined;
    const asked = request(url, { agent, headers });
    const settle = (then: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      then();
      asked.destroy();
    };
    const fail = (code: string, what: string, cause?: unknown) =>
      settle(() => reject(new LabError(code, `${url.href} ${what}`, { cause })));
    const stop = () => settle(() => reject(signal.reason));
    const timer = setTimeout(
      () =>
        fail(
          'URL_SILENT',
          answer
            ? `did not come to the end of its answer within ${PATIENCE_MS / 1000} s, so it cannot be loaded.`
            : `takes connections but gave no answer within ${PATIENCE_MS / 1000} s. Does the server hang, or wait for something?`,
        ),
      PATIENCE_MS,
    );
    signal.addEventListener('abort', stop, { once: true });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code ?? error.message;
      if (why.startsWith('HPE_')) {
        fail(
          'URL_NOT_HTTP',
          `answered with what is not HTTP/1.1 (${why}). ${OTHER_PROTOCOL}`,
          error,
        );
      } else if (!CLOSED.includes(why)) {
        const advice = 'Is the server started, and is that its port?';
        fail('URL_UNREACHABLE', `gave no answer (${why}). ${advice}`, error);
      } else if (asked.reusedSocket) settle(() => resolve(null));
      else
        fail('URL_CLOSED', `closed the connection without an answer (${why}). ${OTHER_PROTOCOL}`);
    });
    asked.on('upgrade', () => fail('URL_NOT_HTTP', 'switched to another protocol (status 101).'));
    asked.on('response', (response) => {
      answer = response;
      response.on('error', (error) =>
        fail('URL_CLOSED', 'closed the connection in the middle of its answer.', error),
      );
      response.on('end', () =>
        settle(() =>
          resolve({
            status: response.statusCode as number,
            latencyMs: performance.now() - startedMs,
          }),
        ),
      );
      response.resume();
    });
    asked.end();
  });
}

const CLOSED = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];
const OTHER_PROTOCOL = 'Is it a server of another protocol, HTTPS for instance?';
