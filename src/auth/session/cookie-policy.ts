import type { IncomingHttpHeaders } from 'node:http';
import type { InstanceSettings } from '../../config/settings.js';

/** How the session cookie is named and marked. */
export interface CookiePolicy {
  readonly name: string;
  readonly secure: boolean;
}

/**
 * `__Host-` makes browsers refuse the cookie unless it is Secure, has no Domain and Path=/, so that
 * a sibling subdomain cannot plant one (RFC 6265bis, section 4.1.3.2). Browsers do not store Secure
 * cookies from plain HTTP, which is what a loopback instance speaks. Cookies know no ports (RFC 6265,
 * section 8.5), so services beside each other on one host need different names.
 */
export function cookiePolicy({
  cookieSecure: secure,
  sessionCookieName: name,
}: Pick<InstanceSettings, 'cookieSecure' | 'sessionCookieName'>): CookiePolicy {
  return { name: secure ? `__Host-${name}` : name, secure };
}

/** 32 bytes in base64url are 43 characters. */
const ID_LENGTH = 43;
const ID_SHAPE = /^[A-Za-z0-9_-]{43}$/;

/**
 * The secret of a session in a Cookie header; undefined when there is none or its shape is not ours, in
 * which case the store need not be asked.
 */
export function readSessionCookie(header: string | undefined, name: string): string | undefined {
  const value = readCookie(header, name);
  return value?.length === ID_LENGTH && ID_SHAPE.test(value) ? value : undefined;
}

/** Whether the header holds a cookie of that name at all, whatever its value. */
export function hasCookie(header: string | undefined, name: string): boolean {
  return readCookie(header, name) !== undefined;
}

/**
 * The value of a cookie, by one reading for all strategies (RFC 6265, sections 4.1.1 and 5.4): pairs with
 * semicolons between, and spaces or tabs around them or none. Names are compared to the letter. The first
 * of a name wins. Quotes are part of the value: this API sets none, so what has some is not its cookie.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) {
    return undefined;
  }
  const prefix = `${name}=`;
  let start = 0;
  while (start < header.length) {
    while (isBlank(header.charCodeAt(start))) {
      start += 1;
    }
    const semicolon = header.indexOf(';', start);
    let end = semicolon === -1 ? header.length : semicolon;
    if (header.startsWith(prefix, start)) {
      while (isBlank(header.charCodeAt(end - 1))) {
        end -= 1;
      }
      return header.slice(start + prefix.length, end);
    }
    start = end + 1;
  }
  return undefined;
}

function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09;
}

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
