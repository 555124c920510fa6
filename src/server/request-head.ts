import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError, type ProblemCode, toProblem } from './errors.js';

/** Lines in the head of a request. Node cuts off what is more than its own limit, and says nothing. */
export const HEADER_LINES_MAX = 1000;

/**
 * Fields that decide something and of which Node keeps the first and drops the rest. Whoever stands
 * in front may have looked at another one of them.
 */
const ONCE_ONLY: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);
const ONCE_ONLY_LENGTHS: ReadonlySet<number> = new Set([...ONCE_ONLY].map(({ length }) => length));

/** uri-host [ ":" port ] (RFC 9110, section 7.2): an IP literal, or a name; it may be empty. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~%-]*)(?::\d{0,5})?$/i;

/** Most requests name the same host as the one before. */
let lastHost: string | undefined;

/** Lets through what has the head of a request, and refuses the rest: no route has to look at that. */
export function refuseBadHeads(listener: RequestListener): RequestListener {
  return (request, response) => {
    const problem = problemOfHead(request);
    if (problem === undefined) {
      listener(request, response);
    } else {
      refuse(response, problem);
    }
  };
}

function problemOfHead(request: IncomingMessage): ProblemCode | undefined {
  const { rawHeaders } = request;
  if (rawHeaders.length > 2 * HEADER_LINES_MAX) {
    return 'headers_too_large';
  }
  if (hasRepeated(rawHeaders)) {
    return 'malformed_request';
  }
  const { headers, httpVersion } = request;
  const { host } = headers;
  // Node's parser takes 0.9 and 2.0 as well, and reads them as if they were 1.1.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    return 'malformed_request';
  }
  if (host === undefined) {
    // RFC 9112, section 3.2; HTTP/1.0 does not know the field.
    if (httpVersion === '1.1') {
      return 'malformed_request';
    }
  } else if (host !== lastHost) {
    if (!HOST.test(host)) {
      return 'malformed_request';
    }
    lastHost = host;
  }
  // RFC 9110, section 10.1.1: there is one expectation, and HTTP/1.0 has none.
  return headers.expect === undefined ||
    httpVersion !== '1.1' ||
    headers.expect.toLowerCase() === '100-continue'
    ? undefined
    : 'expectation_failed';
}

function hasRepeated(rawHeaders: readonly string[]): boolean {
  let seen: string[] | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (!ONCE_ONLY_LENGTHS.has(name.length)) {
      continue;
    }
    const lower = name.toLowerCase();
    if (ONCE_ONLY.has(lower)) {
      if (seen?.includes(lower)) {
        return true;
      }
      seen ??= [];
      seen.push(lower);
    }
  }
  return false;
}

/** Where one request is not what it should be, the next one on the connection may not be either. */
export function refuse(response: ServerResponse, code: ProblemCode): void {
  const error = new AppError(code);
  const body = JSON.stringify(toProblem(error));
  response
    .writeHead(error.status, { ...REFUSAL_HEADERS, 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}

export const REFUSAL_HEADERS = {
  'Content-Type': 'application/problem+json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
} as const;

const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * The path of what a request asks for, to the letter (RFC 9112, section 3.2). Parsers of URLs forgive: they
 * trim spaces, turn backslashes and drop fragments. Then a path that a proxy in front has not recognised
 * would be one that the service does.
 * @throws AppError `malformed_request`
 */
export function pathOfTarget(target: string): string {
  if (target.startsWith('/')) {
    return beforeQuery(target);
  }
  if (target === '*') {
    return target;
  }
  const [authority] = ABSOLUTE.exec(target) ?? [];
  if (authority === undefined || !URL.canParse(target)) {
    throw new AppError('malformed_request', { detail: 'What is asked for is no URL.' });
  }
  const path = beforeQuery(target.slice(authority.length));
  return path === '' ? '/' : path;
}

function beforeQuery(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}
