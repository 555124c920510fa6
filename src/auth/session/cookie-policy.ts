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
