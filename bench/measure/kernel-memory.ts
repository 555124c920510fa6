import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/**
 * Bytes that the kernel holds for TCP: what is on its way, and what nobody has read (Documentation/networking/ip-sysctl,
 * tcp_mem). The sockets themselves lie in its slabs and are not in it. null where the system does not tell.
 */
export function tcpBufferBytes(): number | null {
  try {
    const pages = /^TCP: .*\bmem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1];
    return pages === undefined ? null : Number(pages) * PAGE_BYTES;
  } catch {
    return null;
  }
}
