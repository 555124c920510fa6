import type { Logger } from 'pino';
import { createAsker } from '../../../outbound/asker.js';

/** What an address answered. */
export interface JwksAnswer {
  readonly value: unknown;
  /** Seconds for which caches may keep it, by its own word; undefined: it says nothing. */
  readonly freshSeconds: number | undefined;
}

/** Sets of a dozen RSA keys have some 10 kB. */
const BODY_BYTES_MAX = 64 * 1024;

const TIMEOUT_MS = 2000;

/** One address of a JWK Set. */
export interface JwksSource {
  /** @throws Error whose message tells the operator what was wrong */
  fetch(): Promise<JwksAnswer>;
  close(): void;
}

/**
 * Without a circuit: a set is asked for every few seconds at most, and not all addresses have a page
 * that tells whether somebody is there.
 */
export function openJwksSource(url: string, log: Logger): JwksSource {
  const { origin, pathname, search } = new URL(url);
  const asker = createAsker({
    url: origin,
    name: 'JWKS_URL',
    timeoutMs: TIMEOUT_MS,
    bytesMax: BODY_BYTES_MAX,
    log,
  });
  const question = {
    method: 'GET',
    path: pathname + search,
    headers: { accept: 'application/jwk-set+json, application/json' },
    repeatable: true,
  } as const;
  return {
    fetch: async () => {
      const { status, headers, text } = await asker.ask(question);
      if (status !== 200) {
        // Whoever could redirect this request would name the keys that are trusted.
        throw new Error(
          status >= 300 && status < 400
            ? `answered ${status}, and redirects are not followed: give the final address`
            : `answered ${status}`,
        );
      }
      const freshSeconds = freshSecondsOf({
        get: (name) => [headers[name] ?? []].flat().join(', ') || null,
      });
      return { value: parse(text), freshSeconds };
    },
    close: () => void asker.close(),
  };
}

/** max-age less the Age that caches on the way have added (RFC 9111, section 4.2). */
export function freshSecondsOf(headers: Pick<Headers, 'get'>): number | undefined {
  const directives = headers.get('cache-control')?.toLowerCase() ?? '';
  if (/(^|[\s,])no-(store|cache)\b/.test(directives)) {
    return 0;
  }
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,9})/.exec(directives)?.[1];
  if (maxAge === undefined) {
    return undefined;
  }
  const age = /^\d{1,9}$/.exec(headers.get('age') ?? '')?.[0] ?? '0';
  return Math.max(0, Number(maxAge) - Number(age));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('answered with something that is not JSON');
  }
}
