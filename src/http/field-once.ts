import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.js';

/**
 * A header field that may be there once (RFC 9110, section 5.3). Node drops all but the first, while a
 * proxy in front may have looked at the last.
 * @param name in lower case
 * @throws AppError `malformed_request`
 */
export function fieldOnce(
  request: IncomingMessage,
  name: 'authorization' | 'content-type',
): string | undefined {
  const value = request.headers[name];
  if (value !== undefined) {
    const { rawHeaders } = request;
    let seen = 0;
    // Names and values in turn. Most names differ in length: this is asked by every request.
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const given = rawHeaders[index] as string;
      if (given.length === name.length && given.toLowerCase() === name) {
        seen += 1;
      }
    }
    if (seen > 1) {
      throw new AppError('malformed_request', { detail: `Send ${name} once.` });
    }
  }
  return value;
}
