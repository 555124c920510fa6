/** Reads a body: JSON, not too large, and of the shape we want. All steps from the second on use it. */
import type { IncomingMessage } from 'node:http';
import * as z from 'zod';

const MAX_BYTES = 10_000;

/** @throws an error that carries the status to answer with: 415, 413, 400 or 422 */
export async function readJson<Shape>(
  request: IncomingMessage,
  shape: z.ZodType<Shape>,
): Promise<Shape> {
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw httpError(415, 'Send Content-Type: application/json.');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // Read to its end, but not kept: nobody may fill our memory.
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) throw httpError(413, `Send at most ${MAX_BYTES} bytes.`);
  const body = shape.safeParse(parse(Buffer.concat(chunks).toString('utf8')));
  if (!body.success) throw httpError(422, z.prettifyError(body.error));
  return body.data;
}

/** What may be told to the client. Any other error is ours, and stays in the log. */
export function httpError(status: number, message: string) {
  return Object.assign(new Error(message), { status, expose: true });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw httpError(400, 'The body is not JSON.');
  }
}
