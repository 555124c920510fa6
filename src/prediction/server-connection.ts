import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { Logger } from 'pino';
import { Pool } from 'undici';
import { type ForwardedCredential, predictionUnavailable } from './predictor.js';

export interface ServerAnswer {
  readonly status: number;
  /** Undefined where it is not JSON. */
  readonly body: unknown;
}

export interface ServerConnection {
  /** @throws AppError `prediction_unavailable` within the timeout, at once while the circuit is open */
  post(path: string, body: object, credential: ForwardedCredential): Promise<ServerAnswer>;
  close(): Promise<void>;
}

/** Bounds what a frozen server can pile up; what is more waits its turn within its own timeout. */
const SOCKETS_MAX = 64;
const RETRIES_MAX = 2;
const BACKOFF_MS = { initialDelay: 20, maxDelay: 200 };
const FAILURES_TO_OPEN = 5;
/** While the circuit is open the server is left alone; then one request finds out. */
const OPEN_MS = 1000;
const ANSWER_BYTES_MAX = 16 * 1024;

/**
 * Three layers, from the outside: a deadline for everything; retries with backoff and jitter where the
 * connection was refused or broke, which a prediction allows because asking twice changes nothing; a
 * circuit breaker that counts attempts. What ran into the deadline is not repeated: the server has
 * that work already. Nor is what it answered with a 5xx: it asks for rest, not for more.
 */
export function createServerConnection(options: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly log: Logger;
}): ServerConnection {
  const { url, timeoutMs, log } = options;
  const { origin, pathname } = new URL(url);
  const prefix = pathname.replace(/\/$/, '');
  const pool = new Pool(origin, { connections: SOCKETS_MAX, pipelining: 1 });

  const breaker = circuitBreaker(
    handleWhen(() => true),
    {
      halfOpenAfter: OPEN_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    },
  );
  breaker.onBreak((reason) => {
    const error = 'error' in reason ? reason.error.message : 'asked to';
    log.warn({ error }, 'prediction server away');
  });
  breaker.onReset(() => log.info('prediction server back'));
  const retries = retry(
    handleWhen((error) => !(error instanceof BrokenCircuitError) && !isFinal(error)),
    { maxAttempts: RETRIES_MAX, backoff: new ExponentialBackoff(BACKOFF_MS) },
  );
  const policy = wrap(retries, breaker);

  async function attempt(
    path: string,
    body: string,
    credential: ForwardedCredential,
    signal: AbortSignal,
  ): Promise<ServerAnswer> {
    signal.throwIfAborted();
    const response = await pool.request({
      method: 'POST',
      path: prefix + path,
      headers: {
        'content-type': 'application/json',
        ...(credential.authorization !== undefined && { authorization: credential.authorization }),
        ...(credential.cookie !== undefined && { cookie: credential.cookie }),
      },
      body,
      signal,
    });
    const status = response.statusCode;
    const text = await readBounded(response.body);
    if (status >= 500) {
      throw new Error(`the prediction server answered ${status}`, { cause: ANSWERED });
    }
    return { status, body: parse(text) };
  }

  return {
    post: async (path, content, credential) => {
      // Others would wait for what the one request finds out, and a frozen server lets it wait long.
      if (breaker.state === CircuitState.HalfOpen) {
        throw predictionUnavailable(new BrokenCircuitError());
      }
      const signal = AbortSignal.timeout(timeoutMs);
      const body = JSON.stringify(content);
      try {
        return await policy.execute(() => attempt(path, body, credential, signal), signal);
      } catch (error) {
        throw predictionUnavailable(error);
      }
    },
    close: () => pool.destroy(),
  };
}

/** A failure that came as an answer. */
const ANSWERED = Symbol('answered');

function isFinal({ name, cause }: Error): boolean {
  return cause === ANSWERED || name === 'TimeoutError' || name === 'AbortError';
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new Error(`the prediction server answered with more than ${ANSWER_BYTES_MAX} bytes`, {
        cause: ANSWERED,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
