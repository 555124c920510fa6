import type { IncomingHttpHeaders } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request that changes something was sent by a page of another site (CSRF).
 *
 * Browsers say so themselves: Sec-Fetch-Site must be `same-origin`, or `none` (typed by the user);
 * `same-site` is refused too, because a sibling subdomain is not this application. Older browsers
 * send Origin, which must then be the origin of this host. A client that sends neither is no browser: it
 * holds the cookie because it logged in, and nobody can make it send the cookie for them.
 *
 * @param trustProxy whether X-Forwarded-Host and X-Forwarded-Proto are written by the proxy in front
 */
export function isCrossSite(
  method: string,
  headers: IncomingHttpHeaders,
  trustProxy = false,
): boolean {
  if (SAFE_METHODS.has(method)) {
    return false;
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none';
  }
  const { origin } = headers;
  return origin !== undefined && !isOwnOrigin(origin, headers, trustProxy);
}

/**
 * Origins are equal when scheme, host and port are (RFC 6454, section 5), whatever their case and whether
 * or not they write the port of their scheme.
 *
 * Which scheme the browser speaks, an instance cannot see: TLS ends before it. So that of Origin counts.
 * Only where a trusted proxy says `https` must it be that, or a page that somebody put into a plain
 * connection would pass. The other way round `http` proves nothing: it may be the second proxy's word.
 */
function isOwnOrigin(origin: string, headers: IncomingHttpHeaders, trustProxy: boolean): boolean {
  const [, scheme] = ORIGIN.exec(origin) ?? [];
  if (scheme === undefined || !URL.canParse(origin)) {
    return false;
  }
  const forwarded = (name: string) => (trustProxy ? lastOf(headers[name]) : undefined);
  if (
    forwarded('x-forwarded-proto')?.toLowerCase() === 'https' &&
    scheme.toLowerCase() !== 'https'
  ) {
    return false;
  }
  const own = `${scheme}://${forwarded('x-forwarded-host') || headers.host}`;
  return ORIGIN.test(own) && URL.canParse(own) && new URL(own).origin === new URL(origin).origin;
}

/** As browsers write it (RFC 6454, section 6.1): no user, no path, not even a slash, and one only. */
const ORIGIN = /^(https?):\/\/[^\s/\\?#@,]+$/i;

/** The entry that the proxy in front has written. */
function lastOf(header: string | string[] | undefined): string | undefined {
  return header?.toString().split(',').at(-1)?.trim();
}
