import { encodeCursor, type PageRequest } from './validation.js';

/**
 * Where the first page and the next one are (RFC 8288), so that a client follows links and builds no
 * addresses. References are relative: the instance need not know under which name it is reached.
 * @param nextId the last post of this page; undefined on the last page
 */
export function pageLinks({ limit }: PageRequest, nextId: number | undefined): string {
  const first = `</posts?limit=${limit}>; rel="first"`;
  return nextId === undefined
    ? first
    : `${first}, </posts?limit=${limit}&cursor=${encodeCursor(nextId)}>; rel="next"`;
}
