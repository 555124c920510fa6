import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A door between the service and a real server. Shut, it refuses connections and cuts the open ones,
 * which is what a client sees of a server that was killed; open again, the server is back on the
 * same port.
 */
export interface TcpGate {
  /** The given URL with the gate's address in place of the server's. */
  readonly url: string;
  shut(): Promise<void>;
  open(): Promise<void>;
  /** Holds each piece of an answer back for so long. */
  slowDown(ms: number): void;
  /** Connections stay and nothing passes, as with a server that was stopped, until what it answers is called. */
  freeze(): () => void;
  /** New connections go to this server; those that are there stay with the old one. */
  leadTo(url: string): void;
}

export async function createTcpGate(targetUrl: string): Promise<TcpGate> {
  let target = new URL(targetUrl);
  let frozen = false;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (frozen) {
      socket.pause();
    }
  };
  let delayMs = 0;
  const server = createServer((inside) => {
    const outside = connect(Number(target.port), target.hostname);
    inside.on('data', (chunk) => outside.write(chunk));
    inside.on('end', () => outside.end());
    outside.on('data', (chunk) => {
      if (delayMs === 0) {
        inside.write(chunk);
      } else {
        // Timers of one length fire in the order they were set, so the bytes stay in order.
        setTimeout(() => inside.writable && inside.write(chunk), delayMs);
      }
    });
    outside.on('end', () => inside.end());
    track(inside);
    track(outside);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    shut: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
    open: () => listen(port),
    slowDown: (ms) => {
      delayMs = ms;
    },
    freeze: () => {
      frozen = true;
      for (const socket of sockets) {
        socket.pause();
      }
      return () => {
        frozen = false;
        for (const socket of sockets) {
          socket.resume();
        }
      };
    },
    leadTo: (other) => {
      target = new URL(other);
    },
  };
}
