import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/**
 * Handles the requests of a turn of the event loop together, when all sockets that were ready have
 * been read. What they hand to others (signatures to threads, commands to Redis) then goes over at
 * once, and so do the answers. Handled one by one as they are parsed, the same requests cost up to
 * twice the CPU time (docs/performance.md). A request that comes alone waits a few microseconds.
 */
export function turnByTurn(listener: RequestListener): RequestListener {
  let arrived: [IncomingMessage, ServerResponse][] = [];

  function handle(): void {
    const requests = arrived;
    arrived = [];
    for (const [request, response] of requests) {
      listener(request, response);
    }
  }

  return (request, response) => {
    if (arrived.push([request, response]) === 1) {
      // setImmediate runs right after the sockets were polled (libuv's check phase).
      setImmediate(handle);
    }
  };
}
