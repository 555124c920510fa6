import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { FuzzRequest } from './request-arbitrary.js';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly milliseconds: number;
}

/** Sends requests over few connections that are kept: a new one for each would be half of the work. */
export function createSender(url: string, connections: number) {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  function attempt(fuzz: FuzzRequest): Promise<FuzzAnswer> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const body = fuzz.body === undefined ? undefined : Buffer.from(fuzz.body);
      const headers = Object.fromEntries(fuzz.headers.filter(([name]) => name !== ''));
      const sent = request({
        agent,
        hostname,
        port,
        method: fuzz.method,
        path: fuzz.path,
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
      });
      sent.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('error', reject).on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            milliseconds: performance.now() - startedAt,
          }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return {
    send: async (fuzz: FuzzRequest): Promise<FuzzAnswer> => {
      try {
        return await attempt(fuzz);
      } catch {
        // A kept connection may be closed by the service just as it is used; twice would be a fault.
        return attempt(fuzz);
      }
    },
    close: () => agent.destroy(),
  };
}
