import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, PROBLEMS, type ProblemCode, toProblem } from './errors.js';
import { REFUSAL_HEADERS } from './request-head.js';

/** Codes of Node's parser and its clock (https://nodejs.org/api/http.html#event-clienterror). */
const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

const LINGERING_MS = 2000;

/**
 * Answers what is no HTTP request, or too long a one, which never reaches Koa. Node's own answer has the
 * status and no more; clients of this API expect a problem with a code, whatever went wrong.
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // What Node asks itself before it answers: there may be half an answer on the wire already.
  const { _httpMessage: current } = socket as { _httpMessage?: ServerResponse };
  if (!socket.writable || current?.headersSent === true) {
    socket.destroy(error);
    return;
  }
  const code = CODES[error.code ?? ''] ?? 'malformed_request';
  const { status } = PROBLEMS[code];
  const body = JSON.stringify(toProblem(new AppError(code)));
  const headers = { ...REFUSAL_HEADERS, 'Content-Length': Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  // Not at once: a client that is still sending would be told that the connection broke, and might not read
  // the answer (RFC 9112, section 9.6). Nor never: not every client closes its end.
  const timer = setTimeout(() => socket.destroy(), LINGERING_MS);
  socket.once('close', () => clearTimeout(timer));
}
