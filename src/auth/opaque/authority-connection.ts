import type { Logger } from 'pino';
import { createAsker } from '../../outbound/asker.js';
import { unavailable } from '../../server/errors.js';

export interface AuthorityCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
  /** Whether doing it twice does no more than doing it once. */
  readonly repeatable: boolean;
}

export interface AuthorityAnswer {
  readonly status: number;
  readonly text: string;
}

export interface AuthorityConnection {
  /** @throws AppError `authority_unavailable` within the timeout, at once when it is known to be away */
  call(call: AuthorityCall): Promise<AuthorityAnswer>;
  /** @throws AppError `authority_unavailable` when it is known to be away */
  assertUp(): void;
  close(): void;
}

export interface AuthorityConnectionOptions {
  readonly url: string;
  readonly secret: Uint8Array;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** A list of a thousand logins (LOGINS_PER_USER_MAX) has some hundred kilobytes. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * The authority is asked on each request, so the first call that hears nothing, or loses its connection,
 * decides for all: those that hold a socket end with it, and later ones fail at once until it answers
 * again. Its 503 is an answer: its Redis is away, and it would be asked again in vain by nobody but the
 * users it concerns.
 */
export function createAuthorityConnection(
  options: AuthorityConnectionOptions,
): AuthorityConnection {
  const { url, secret, timeoutMs, log } = options;
  const asker = createAsker({
    url,
    name: 'authority',
    timeoutMs,
    bytesMax: ANSWER_BYTES_MAX,
    circuit: { failuresToOpen: 1, countsRefusals: false, probePath: '/livez' },
    log,
  });
  const authorization = `Bearer ${Buffer.from(secret).toString('base64url')}`;
  return {
    call: async ({ method, path, type, body, repeatable }) => {
      const headers = { authorization, ...(type !== undefined && { 'content-type': type }) };
      try {
        const { status, text } = await asker.ask({ method, path, headers, body, repeatable });
        return { status, text };
      } catch (error) {
        throw unavailable('authority_unavailable', error);
      }
    },
    assertUp: () => {
      const why = asker.away();
      if (why !== undefined) {
        throw unavailable('authority_unavailable', why);
      }
    },
    close: () => void asker.close(),
  };
}
