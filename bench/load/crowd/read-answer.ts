/**
 * A strict reader of answers to one request at a time: a status line, a length, and as many bytes. What a service
 * of the lab never sends is an error here, and not something to be guessed at.
 */

/** The bytes are no answer as this reader knows them. */
export class UnreadableAnswer extends Error {}

export interface ReadAnswer {
  status: number;
  /** Whether the server closes the connection after it. */
  closes: boolean;
}

const LONGEST_HEAD = 16_384;
const LONGEST_BODY = 1_000_000;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const NO_BODY = new Set([204, 304]);

/**
 * @param bytes from the first byte of the answer on
 * @returns null where more is to come
 * @throws UnreadableAnswer for another form (RFC 9112, sections 4 and 6), and for bytes that nobody asked for
 */
export function readAnswer(bytes: Buffer): ReadAnswer | null {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) {
    if (bytes.length > LONGEST_HEAD) throw new UnreadableAnswer('a head without an end');
    const begin = bytes.toString('latin1', 0, 9);
    if (!'HTTP/1.1 '.startsWith(begin)) throw new UnreadableAnswer('no HTTP/1.1');
    return null;
  }
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const statusText = /^HTTP\/1\.1 ([2-5]\d\d) [^\r\n]*\r\n/.exec(head)?.[1];
  if (statusText === undefined) throw new UnreadableAnswer('no status line of HTTP/1.1');
  if (/\r\ntransfer-encoding:/i.test(head)) throw new UnreadableAnswer('a body in chunks');
  const status = Number(statusText);
  const lengths = [...head.matchAll(/\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*(?=\r\n)/gi)];
  if (lengths.length > 1) throw new UnreadableAnswer('more than one length');
  if (lengths.length === 0 && !NO_BODY.has(status)) throw new UnreadableAnswer('no length');
  const length = NO_BODY.has(status) ? 0 : Number(lengths[0]?.[1]);
  if (length > LONGEST_BODY) throw new UnreadableAnswer('a body that is too long');
  const end = headEnd + END_OF_HEAD.length + length;
  if (bytes.length < end) return null;
  if (bytes.length > end) throw new UnreadableAnswer('bytes after the answer');
  return { status, closes: /\r\nconnection:[ \t]*close[ \t]*\r\n/i.test(head) };
}
