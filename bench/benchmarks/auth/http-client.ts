import { Agent, request } from 'node:http';

export interface HttpClient {
  /** Resolves with the status once the whole answer is there. @throws when the connection fails */
  send(
    path: string,
    options: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string },
  ): Promise<number>;
  close(): void;
}

/** Keep-alive connections, as many as requests are under way; leaner than fetch. */
export function createHttpClient(origin: string): HttpClient {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (path, { method, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = request(`${origin}${path}`, { agent, method, headers }, (answer) => {
          answer.once('end', () => resolve(answer.statusCode ?? 0)).once('error', reject);
          answer.resume();
        });
        sent.once('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
