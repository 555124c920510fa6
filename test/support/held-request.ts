import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** A request whose headers have arrived and been acted on, and whose body waits. */
export interface HeldRequest {
  /** Sends the body and gives the answer. */
  finish(body: unknown): Promise<{ status: number; cookies: readonly string[]; body: unknown }>;
}

/**
 * Opens a request and holds its body back. What a server does when it has the headers alone, it has
 * begun when this resolves; a test makes sure that it is done by asking for something else.
 */
export async function holdRequest(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<HeldRequest> {
  const sent = request(url, {
    method,
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers },
  });
  sent.flushHeaders();
  const [socket] = await once(sent, 'socket');
  if (socket.connecting) {
    await once(socket, 'connect');
  }
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  return {
    finish: async (body) => {
      sent.end(JSON.stringify(body));
      const [response] = await answered;
      const text = await response.setEncoding('utf8').toArray();
      const joined = text.join('');
      return {
        status: response.statusCode as number,
        cookies: response.headers['set-cookie'] ?? [],
        body: joined === '' ? undefined : JSON.parse(joined),
      };
    },
  };
}
