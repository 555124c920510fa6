/**
 * One request to a server that nobody vouches for: on a connection of its own, within bounds, and never to where
 * an answer leads.
 */
import { Client, type Dispatcher } from 'undici';
import { LabError } from '../model/errors.js';
import type { TargetAddress } from './target-address.js';

export interface TargetRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface TargetAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** For one whole answer. */
const PATIENCE_MS = 5000;
/** No answer of the service is as long. */
const LONGEST_ANSWER_BYTES = 4_000_000;

/**
 * @throws LabError TARGET_UNREACHABLE, TARGET_SILENT, TARGET_NOT_SERVICE where it speaks no HTTP; the reason of
 *   the signal
 */
export async function askTarget(
  { url, origin, headers: own }: Pick<TargetAddress, 'url' | 'origin' | 'headers'>,
  { method = 'GET', path, headers, body, signal }: TargetRequest,
): Promise<TargetAnswer> {
  signal?.throwIfAborted();
  // A balancer in front may take another server for each connection: what is asked here is asked of any.
  const client = new Client(origin, { connect: { timeout: PATIENCE_MS } });
  const ended = new AbortController();
  const patience = setTimeout(() => ended.abort(new SlowTarget()), PATIENCE_MS);
  const stop = () => ended.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const answer = await client.request({
      ...{ method, path, reset: true, signal: ended.signal },
      headers: { ...own, ...headers },
      ...(body !== undefined && { body }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: await textOf(answer.body),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw explained(error, `${method} ${url}${path}`);
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener('abort', stop);
    client.destroy().catch(() => {});
  }
}

class SlowTarget extends Error {}
class EndlessAnswer extends Error {}

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST_ANSWER_BYTES) throw new EndlessAnswer();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT|EACCES)$/;

function explained(error: unknown, what: string): LabError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const options = { cause: error };
  if (error instanceof SlowTarget || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new LabError(
      'TARGET_SILENT',
      `${what} had no whole answer within ${PATIENCE_MS / 1000} s. Does the server hang, or does a firewall drop the connection?`,
      options,
    );
  }
  if (UNREACHABLE.test(code)) {
    return new LabError(
      'TARGET_UNREACHABLE',
      `${what} could not be sent (${code}). Is the server started, and is that its port?`,
      options,
    );
  }
  const why =
    error instanceof EndlessAnswer
      ? `an answer of more than ${LONGEST_ANSWER_BYTES / 1e6} MB`
      : code || message;
  return new LabError(
    'TARGET_NOT_SERVICE',
    `${what} was not answered as HTTP/1.1 answers (${why}). Is it a server of another protocol, HTTPS for instance?`,
    options,
  );
}
