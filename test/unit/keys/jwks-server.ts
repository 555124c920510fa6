import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A JWKS address whose answers the test decides. */
export interface JwksServer {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  answer: RequestListener;
  stop(): Promise<void>;
}

export async function startJwksServer(): Promise<JwksServer> {
  const http = createServer((request, response) => {
    server.requests += 1;
    server.answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/jwks.json`,
    requests: 0,
    answer: ((_, response) => response.writeHead(404).end()) as RequestListener,
    stop: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
  return server;
}

export function answerWith(keys: readonly unknown[], cacheControl?: string): RequestListener {
  return (_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
    });
    response.end(JSON.stringify({ keys }));
  };
}
