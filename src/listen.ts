import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartupError } from './errors.js';
import { turnByTurn } from './http/turn-by-turn.js';
import { answerUnreadable } from './http/unreadable-request.js';

/** Longer than a load balancer keeps idle connections (60 s is common), so that it closes first. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 66_000;
/** Node refuses a limit on the whole request that is shorter than the one on its headers. */
const REQUEST_MS = 70_000;

export function createHttpServer(listener: RequestListener): Server {
  return createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    turnByTurn(listener),
  ).on('clientError', answerUnreadable);
}

/** @throws StartupError `address_in_use`, `address_unavailable` */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? new StartupError(
              'address_in_use',
              `PORT ${port} of ${host} is taken; set PORT=0 for a free one`,
            )
          : new StartupError('address_unavailable', `HOST ${host}, PORT ${port}: ${error.message}`);
      reject(reason);
    });
    server.listen({ host, port }, () => resolve(server.address() as AddressInfo));
  });
}
