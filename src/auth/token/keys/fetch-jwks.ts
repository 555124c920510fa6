/** What an address answered. */
export interface JwksAnswer {
  readonly value: unknown;
  /** Seconds for which caches may keep it, by its own word; undefined: it says nothing. */
  readonly freshSeconds: number | undefined;
}

/** Sets of a dozen RSA keys have some 10 kB. */
const BODY_BYTES_MAX = 64 * 1024;

/**
 * Fetches a JWK Set.
 *
 * @throws Error whose message tells the operator what was wrong
 */
export async function fetchJwks(url: string, timeoutMs: number): Promise<JwksAnswer> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Whoever can redirect this request would name the keys that are trusted.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw new Error(`no answer (${reasonOf(error)})`, { cause: error });
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(
      response.status >= 300 && response.status < 400
        ? `answered ${response.status}, and redirects are not followed: give the final address`
        : `answered ${response.status}`,
    );
  }
  const text = await readBounded(response);
  return { value: parse(text), freshSeconds: freshSecondsOf(response.headers) };
}

/** max-age less the Age that caches on the way have added (RFC 9111, section 4.2). */
export function freshSecondsOf(headers: Headers): number | undefined {
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

/** Counts what arrives after decompression: Content-Length may be absent or a lie. */
async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        // Leaving the loop cancels the body.
        throw new Error(`answered with more than ${BODY_BYTES_MAX} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw bytes > BODY_BYTES_MAX ? error : new Error(`broke off (${reasonOf(error)})`);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('answered with something that is not JSON');
  }
}

/** fetch hides the reason in the cause of a "fetch failed". */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  return name === 'TimeoutError' ? 'too slow' : (cause?.code ?? cause?.message ?? String(error));
}
