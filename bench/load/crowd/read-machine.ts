import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { availableMemory } from '../../processes/available-memory.js';
import { readOpenFileLimit } from '../../processes/open-files.js';
import type { CrowdMachine } from './plan-crowd.js';

/** IANA's dynamic ports (RFC 6335, section 6), where the system does not say which it takes. */
const DYNAMIC_PORTS = 16_384;

export async function readCrowdMachine(): Promise<CrowdMachine> {
  const [low, high] = numbersIn('/proc/sys/net/ipv4/ip_local_port_range');
  const [, , most] = numbersIn('/proc/sys/fs/file-nr');
  return {
    openFiles: await readOpenFileLimit(),
    filesOfMachine: most ?? null,
    portsOfAddress: low !== undefined && high !== undefined ? high - low + 1 : DYNAMIC_PORTS,
    hasManyAddresses: process.platform === 'linux',
    availableBytes: availableMemory(),
    cores: availableParallelism(),
  };
}

function numbersIn(path: string): number[] {
  try {
    return readFileSync(path, 'utf8').trim().split(/\s+/).map(Number);
  } catch {
    return [];
  }
}
