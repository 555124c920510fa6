import { BlockList, isIPv6 } from 'node:net';
import { normalAddress } from '../../server/client-address.js';

/** One address of IPv4 each, written in IPv6 by a translator (RFC 6052, section 2.1; RFC 7755). */
const TRANSLATED = new BlockList();
TRANSLATED.addSubnet('64:ff9b::', 96, 'ipv6');

/**
 * What counts as one source. Whoever has one IPv6 address has the whole /64 (RFC 6177), so that is what
 * counts; behind a translator, one /64 is everybody.
 * @param text an address in any spelling
 */
export function sourceOf(text: string): string {
  const address = normalAddress(text) ?? text;
  if (!isIPv6(address) || TRANSLATED.check(address, 'ipv6')) {
    return address;
  }
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? [] : tail.split(':');
    // The last 32 bits may be written as IPv4; only the first four groups matter.
    while (groups.length + tailGroups.length < 8) {
      groups.push('0');
    }
    groups.push(...tailGroups);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
