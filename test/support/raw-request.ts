import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
}

const GIVE_UP_AFTER_MS = 5000;

/** Sends bytes as they are, which no HTTP client does, and reads until the first answer is there. */
export async function rawRequest(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const startedAt = performance.now();
  let text = '';
  socket.setEncoding('latin1').setTimeout(GIVE_UP_AFTER_MS, () => socket.destroy());
  // The service may hang up while the bytes are still on their way.
  socket.on('error', () => {});
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (isComplete(text)) {
        resolve();
      }
    });
    socket.on('close', () => resolve());
  });
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  await answered;
  const milliseconds = performance.now() - startedAt;
  if (!socket.closed) {
    socket.destroy();
    await once(socket, 'close');
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text, milliseconds };
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) {
    return false;
  }
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end + 2))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}
