/** Which processes of this machine serve a port. Linux only; elsewhere nobody is found. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** TCP_LISTEN in the kernel's include/net/tcp_states.h, as proc(5) prints it. */
const LISTENING = '0A';

/** All that hold the port: a server with workers has several. Empty when hidden from us. */
export function listeningProcesses(port: number): number[] {
  const inodes = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
      listeningInodes(
        tryOr('', () => readFileSync(file, 'latin1')),
        port,
      ),
    ),
  );
  if (inodes.size === 0) return [];
  return tryOr([], () => readdirSync('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => socketsOf(pid).some((inode) => inodes.has(inode)))
    .map(Number);
}

/** @param table /proc/net/tcp: local address and port in hexadecimal, state, …, inode */
export function listeningInodes(table: string, port: number): string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => {
      const localPort = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16);
      return state === LISTENING && localPort === port;
    })
    .flatMap((fields) => fields[9] ?? []);
}

function socketsOf(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return tryOr([], () => readdirSync(folder)).flatMap((fd) => {
    const target = tryOr('', () => readlinkSync(`${folder}/${fd}`));
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** What has ended meanwhile, or belongs to another user, cannot be read: it is not ours to count. */
function tryOr<Value>(otherwise: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
