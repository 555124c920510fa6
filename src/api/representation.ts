import type { IncomingMessage } from 'node:http';
import { AppError, type AppErrorOptions } from '../server/errors.js';

/** RFC 9110, section 5.6.2. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TYPE = new RegExp(`${TOKEN}/${TOKEN}`, 'y');
/** Sections 5.6.4 and 5.6.6: after a semicolon there may be no parameter. */
const PARAMETER = new RegExp(
  `[ \\t]*;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*)"))?`,
  'y',
);

export interface MediaType {
  /** In lower case, as `application/json`. */
  readonly type: string;
  /** Names in lower case, values without their quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * By the grammar of RFC 9110, section 8.3.1. (`content-type`, which Koa uses, takes no empty parameter
 * before its third version, and that one takes what is none; Node's MIMEType does too.)
 * @returns undefined for what is no media type, and where a parameter is there twice
 */
export function parseMediaType(text: string): MediaType | undefined {
  TYPE.lastIndex = 0;
  const type = TYPE.exec(text)?.[0].toLowerCase();
  if (type === undefined) {
    return undefined;
  }
  const parameters = new Map<string, string>();
  let index = type.length;
  while (index < text.length) {
    PARAMETER.lastIndex = index;
    const match = PARAMETER.exec(text);
    if (match === null) {
      return undefined;
    }
    const [whole, name, token, quoted] = match;
    index += whole.length;
    if (name !== undefined) {
      if (parameters.has(name.toLowerCase())) {
        return undefined;
      }
      parameters.set(name.toLowerCase(), token ?? (quoted as string).replace(/\\(.)/gs, '$1'));
    }
  }
  return { type, parameters };
}

/**
 * The type of a body that is in UTF-8, as far as its header says. Other parameters are ignored, as those
 * that a type does not define are (RFC 2045, section 5.1).
 * @returns undefined for another charset, and without a readable Content-Type
 */
export function utf8TypeOf(request: IncomingMessage): string | undefined {
  const header = request.headers['content-type'];
  const parsed = header === undefined ? undefined : parseMediaType(header);
  const charset = parsed?.parameters.get('charset') ?? 'utf-8';
  return charset.toLowerCase() === 'utf-8' ? parsed?.type : undefined;
}

/**
 * Bodies are taken as they are. `identity` says just that, in any case and any number; the same goes for
 * empty elements of a list (RFC 9110, section 5.6.1).
 * @throws AppError `unsupported_media_type`
 */
export function requireUncoded(
  { headers }: IncomingMessage,
  options: Pick<AppErrorOptions, 'oauthError'> = {},
): void {
  const { 'content-encoding': content, 'transfer-encoding': transfer } = headers;
  // Node undoes `chunked` and nothing else (RFC 9112, section 7).
  if (isOtherThan('identity', content) || isOtherThan('chunked', transfer)) {
    throw new AppError('unsupported_media_type', {
      ...options,
      detail: 'Send it as it is: compressed bodies are not taken.',
      // RFC 9110, section 12.5.3: what the next request may use.
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
}

function isOtherThan(coding: string, list: string | undefined): boolean {
  const codings = list?.split(',').map((element) => element.trim().toLowerCase()) ?? [];
  return codings.some((given) => given !== '' && given !== coding);
}
