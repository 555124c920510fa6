import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type AdmissionLimits, admitRequests } from './admit-requests.js';
import { closeSlowReaders, type ReadingLimits } from './close-slow-readers.js';
import { StartupError } from './errors.js';
import { refuseBadHeads } from './request-head.js';
import { answerUnreadable } from './unreadable-request.js';

/** Longer than a load balancer keeps idle connections (60 s is common), so that it closes first. */
const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 66_000;
/** Node refuses a limit on the whole request that is shorter than the one on its headers. */
const REQUEST_MS = 70_000;

/**
 * The server of every process of the service: what clients may make it hold is bounded.
 * @param limits other ones than the usual, for tests
 */
export function createHttpServer(
  listener: RequestListener,
  limits: { readonly admission?: AdmissionLimits; readonly reading?: ReadingLimits } = {},
): Server {
  const server = createServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    // Looked at in `refuseBadHeads`, which answers with a problem.
    requireHostHeader: false,
  });
  // None is cut off unseen; `refuseBadHeads` counts them, and maxHeaderSize bounds their bytes.
  server.maxHeadersCount = 0;
  const admission = admitRequests(server, refuseBadHeads(listener), limits.admission);
  closeSlowReaders(server, admission.connections, limits.reading);
  // There are no tunnels here (RFC 9110, section 9.3.6). Node would hang up and say nothing.
  server.on('connect', (_request, stream) => {
    const socket = stream as Socket;
    // Node has taken its own listener off.
    socket.on('error', () => socket.destroy());
    admission.whenAnswered(socket, () => {
      answerUnreadable(new Error('CONNECT'), socket);
      socket.destroySoon();
    });
  });
  return server.on('clientError', (error, socket) =>
    // In the order of the requests: an answer that comes too early would be taken for another one's.
    admission.whenAnswered(socket as Socket, () => answerUnreadable(error, socket)),
  );
}

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  /** Connections that wait until they are accepted. */
  readonly listenBacklog: number;
}

/** @throws StartupError `address_in_use`, `address_unavailable` */
export function listen(
  server: Server,
  { host, port, listenBacklog }: ListenSettings,
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
    server.listen({ host, port, backlog: listenBacklog }, () =>
      resolve(server.address() as AddressInfo),
    );
  });
}
