import type { RequestListener } from 'node:http';
import { atEndOfTurn } from '../end-of-turn.js';

/**
 * Handles the requests of a turn of the event loop together, when all sockets that were ready have
 * been read. What they hand to others (signatures to threads, commands to Redis) then goes over at
 * once, and so do the answers. Handled one by one as they are parsed, the same requests cost up to
 * twice the CPU time (docs/performance.md).
 */
export function turnByTurn(listener: RequestListener): RequestListener {
  return (request, response) => atEndOfTurn(() => listener(request, response));
}
