import { isIPv6 } from 'node:net';

/** Whoever has one IPv6 address has the whole /64, so that is what counts as one source. */
export function sourceOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!isIPv6(plain)) {
    return plain;
  }
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? [] : tail.split(':');
    while (groups.length + tailGroups.length < 8) {
      groups.push('0');
    }
    groups.push(...tailGroups);
  }
  return `${groups.slice(0, 4).map(shortest).join(':')}::/64`;
}

/** `0DB8` and `db8` are the same 16 bits (RFC 5952, section 4). */
function shortest(group: string): string {
  return Number.parseInt(group, 16).toString(16);
}
