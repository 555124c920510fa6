import { AppError } from './errors.js';

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
