import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** Bytes that the system can still give; "free" alone leaves out what it only uses as a cache. */
export function availableMemory(): number {
  try {
    const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    if (match) return Number(match[1]) * 1024;
  } catch {
    // no /proc on this system
  }
  return freemem();
}
