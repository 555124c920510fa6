import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, PROBLEMS, type ProblemCode, toProblem } from '../errors.js';

/** Codes of Node's parser and its clock (https://nodejs.org/api/http.html#event-clienterror). */
const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

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
  const body = JSON.stringify(toProblem(new AppError(code)));
  socket.end(
    `HTTP/1.1 ${PROBLEMS[code].status} ${code}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
