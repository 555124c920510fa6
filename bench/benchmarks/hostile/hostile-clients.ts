/** Clients that send much and read nothing. Of this machine only: they connect to loopback. */
import { connect, type Socket } from 'node:net';

export interface HostileOptions {
  readonly port: number;
  /** Open at the same time. */
  readonly connections: number;
  /** Written on each connection as soon as it is open. */
  readonly bytes: string;
  /** After it all connections are closed, and as many opened anew. */
  readonly renewEveryMs: number;
}

export interface HostileClients {
  /** Connections so far that the other side closed. */
  closedByServer(): number;
  stop(): void;
}

/** Opens connections, writes, and never reads an answer; whom the server closes is replaced at the next renewal. */
export function startHostileClients(options: HostileOptions): HostileClients {
  const { port, connections, bytes, renewEveryMs } = options;
  let open: Socket[] = [];
  let closed = 0;

  function renew(): void {
    stop();
    open = Array.from({ length: connections }, () => {
      const socket = connect(port, '127.0.0.1');
      // That the server hangs up is what is hoped for.
      socket.on('error', () => {});
      socket.once('close', (hadError) => {
        closed += hadError ? 1 : 0;
      });
      socket.pause();
      socket.write(bytes);
      return socket;
    });
  }

  function stop(): void {
    for (const socket of open) socket.destroy();
    open = [];
  }

  renew();
  const timer = setInterval(renew, renewEveryMs);
  return {
    closedByServer: () => closed,
    stop: () => {
      clearInterval(timer);
      stop();
    },
  };
}

/** Requests sent without waiting for an answer (RFC 9112, section 9.3.2). */
export function pipelined(count: number, path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`.repeat(count);
}
