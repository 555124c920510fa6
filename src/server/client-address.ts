import { isIP, SocketAddress } from 'node:net';

/** No address is longer, not even one in brackets with a zone and a port. */
const LENGTH_MAX = 100;
const PORT_MAX = 65_535;

/** How IPv6 writes an IPv4 address (RFC 4291, section 2.5.5.2), in the normal form of Node. */
const IPV4_IN_IPV6 = '::ffff:';

/**
 * An address in its one normal form, so that whoever has it counts once: no port, no brackets, no
 * zone, IPv6 as RFC 5952 writes it, and IPv4 that stands in IPv6 taken out of it.
 * @returns undefined for what is no address: names, `unknown`, `_hidden` (RFC 7239, section 6), numbers
 *   with leading zeros or of fewer than four parts, which programs read in different ways
 */
export function normalAddress(text: string): string | undefined {
  if (text.length > LENGTH_MAX) {
    return undefined;
  }
  const host = withoutPort(unquoted(text.trim()));
  // The zone names an interface of another machine (RFC 4007, section 11).
  const [address = ''] = host?.split('%', 1) ?? [];
  const family = isIP(address);
  if (family !== 6) {
    return family === 4 ? address : undefined;
  }
  const normal = new SocketAddress({ address, family: 'ipv6' }).address;
  const inside = normal.slice(IPV4_IN_IPV6.length);
  return normal.startsWith(IPV4_IN_IPV6) && isIP(inside) === 4 ? inside : normal;
}

/**
 * Who sent a request. Of a longer X-Forwarded-For only the last entry was written by the proxy in front,
 * which is the one that is trusted. What is no address counts as the peer: whoever can choose that text
 * must not get a new limit with each.
 * @param forwarded the header; undefined without it, or when no proxy is trusted
 * @param peer empty when it has gone
 */
export function clientAddress(forwarded: string | undefined, peer: string): string {
  const last = forwarded?.slice(forwarded.lastIndexOf(',') + 1) ?? '';
  return normalAddress(last) ?? normalAddress(peer) ?? peer;
}

/** RFC 7239, section 4, puts an address with a colon into quotes, and some proxies do so here. */
function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** @returns undefined when brackets or port are not right */
function withoutPort(text: string): string | undefined {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    const inside = text.slice(1, end);
    return end !== -1 && inside.includes(':') && isNoPortOrPort(text.slice(end + 1))
      ? inside
      : undefined;
  }
  const colon = text.indexOf(':');
  // With two it is IPv6, which has a port only after brackets.
  if (colon === -1 || text.includes(':', colon + 1)) {
    return text;
  }
  return isNoPortOrPort(text.slice(colon)) ? text.slice(0, colon) : undefined;
}

/** RFC 3986, section 3.2.3: after the colon there may be nothing. */
function isNoPortOrPort(text: string): boolean {
  return text === '' || (/^:\d{0,5}$/.test(text) && Number(text.slice(1)) <= PORT_MAX);
}
