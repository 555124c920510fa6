import type { IncomingHttpHeaders } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request that changes something was sent by a page of another site (CSRF).
 *
 * Browsers say so themselves: Sec-Fetch-Site must be `same-origin`, or `none` (typed by the user);
 * `same-site` is refused too, because a sibling subdomain is not this application. Older browsers
 * send Origin, which must then name this host. A client that sends neither is no browser: it holds
 * the cookie because it logged in, and nobody can make it send the cookie for them.
 */
export function isCrossSite(method: string, headers: IncomingHttpHeaders): boolean {
  if (SAFE_METHODS.has(method)) {
    return false;
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none';
  }
  const { origin, host } = headers;
  if (origin === undefined) {
    return false;
  }
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
