/** Ports that were asked for by number: taken at once, and let go one by one as servers start on them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { LabError } from '../../model/errors.js';

export const PORT_MAX = 65_535;

export interface HeldPorts {
  /** Lets go of the next ports, so that servers can start on them at once. */
  take(count: number): Promise<number[]>;
  /** Lets go of what is left. */
  release(): Promise<void>;
}

/**
 * All of them or none, before anything else starts: stores take free ports, and could take one of these.
 *
 * @param users for each port what it is for, for instance "instance 2 of session"
 * @throws LabError PORT_TAKEN, PORT_NOT_ALLOWED that names each port that cannot be had
 */
export async function holdPorts(first: number, users: readonly string[]): Promise<HeldPorts> {
  const held: Server[] = [];
  const taken: string[] = [];
  const forbidden: string[] = [];
  for (const [index, user] of users.entries()) {
    const port = first + index;
    try {
      held.push(await hold(port));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
      (code === 'EACCES' ? forbidden : taken).push(`${port} (for ${user})`);
    }
  }
  const release = async () => {
    await Promise.all(held.splice(0).map(letGo));
  };
  if (forbidden.length + taken.length > 0) {
    await release();
    throw forbidden.length > 0
      ? new LabError(
          'PORT_NOT_ALLOWED',
          `The system gives you no such port of 127.0.0.1: ${forbidden.join(', ')}. Take a --port from 1024 on.`,
        )
      : new LabError(
          'PORT_TAKEN',
          `Something listens already at 127.0.0.1 on port ${taken.join(', ')}. Stop it, or take another --port.`,
        );
  }
  let next = first;
  return {
    async take(count) {
      await Promise.all(held.splice(0, count).map(letGo));
      next += count;
      return Array.from({ length: count }, (_, index) => next - count + index);
    },
    release,
  };
}

async function hold(port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ host: '127.0.0.1', port, exclusive: true });
  await once(server, 'listening');
  return server;
}

async function letGo(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
