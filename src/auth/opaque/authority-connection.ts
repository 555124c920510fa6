import * as http from 'node:http';
import * as https from 'node:https';
import type { Logger } from 'pino';
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

/** Bounds what a frozen authority can pile up; what is more waits its turn within its own timeout. */
const SOCKETS_MAX = 64;
const PROBE_EVERY_MS = 100;

/**
 * HTTP to the authority over connections that are kept. An authority that is away costs one wait, not
 * one for each request: the first call that finds out ends those that hold a socket, later ones fail at
 * once, and a probe finds out when it is back.
 */
export function createAuthorityConnection(
  options: AuthorityConnectionOptions,
): AuthorityConnection {
  const { url, secret, timeoutMs, log } = options;
  const base = new URL(url);
  const { request, Agent } = base.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  const target = {
    agent,
    // A URL puts an IPv6 address in brackets, a socket does not.
    hostname: base.hostname.replace(/^\[|\]$/g, ''),
    port: base.port,
  };
  const prefix = base.pathname.replace(/\/$/, '');
  const authorization = `Bearer ${Buffer.from(secret).toString('base64url')}`;

  let away: Error | undefined;
  let lastAnswerAt = 0;
  let probeTimer: NodeJS.Timeout | undefined;
  let closed = false;

  /** One answer within the timeout, or an error of the connection. */
  function send(call: AuthorityCall): Promise<AuthorityAnswer> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      let current: http.ClientRequest | undefined;
      let settled = false;

      const finish = () => {
        settled = true;
        clearTimeout(timer);
      };
      const fail = (cause: Error) => {
        if (!settled) {
          finish();
          current?.destroy();
          reject(cause);
        }
      };
      // Not on the request's own timer: a request that waits for a socket would not hear of it.
      const timer = setTimeout(() => {
        const silent = lastAnswerAt < startedAt;
        fail(new Silence(timeoutMs, silent));
      }, timeoutMs);

      const attempt = (first: boolean) => {
        current = request({
          ...target,
          method: call.method,
          path: prefix + call.path,
          headers:
            call.type === undefined
              ? { authorization }
              : { authorization, 'content-type': call.type },
        });
        const sent = current;
        sent.on('error', (error) => {
          // A kept connection may have been closed by the other side just as it was used.
          if (first && sent.reusedSocket && call.repeatable && !settled && away === undefined) {
            attempt(false);
          } else {
            fail(error);
          }
        });
        sent.on('response', (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', fail);
          response.on('end', () => {
            if (!settled) {
              finish();
              lastAnswerAt = performance.now();
              resolve({ status: response.statusCode as number, text });
            }
          });
        });
        sent.end(call.body);
      };
      attempt(true);
    });
  }

  function goAway(cause: Error): void {
    if (away !== undefined || closed) {
      return;
    }
    away = cause;
    log.warn({ error: cause.message }, 'authority away');
    // Who holds a socket hears of it now; who waits for one, within their own timeout.
    agent.destroy();
    void probe();
  }

  async function probe(): Promise<void> {
    try {
      await send({ method: 'GET', path: '/livez', repeatable: false });
      away = undefined;
      log.info('authority back');
    } catch {
      if (!closed) {
        probeTimer = setTimeout(probe, PROBE_EVERY_MS).unref();
      }
    }
  }

  function assertUp(): void {
    if (away !== undefined) {
      throw unavailable('authority_unavailable', away);
    }
  }

  return {
    assertUp,
    call: async (call) => {
      assertUp();
      try {
        return await send(call);
      } catch (error) {
        // One late answer among others that come is load, and no reason to turn everybody away.
        if (!(error instanceof Silence) || error.complete) {
          goAway(error as Error);
        }
        throw unavailable('authority_unavailable', error);
      }
    },
    close: () => {
      closed = true;
      clearTimeout(probeTimer);
      agent.destroy();
    },
  };
}

class Silence extends Error {
  /** Whether nobody got an answer meanwhile. */
  readonly complete: boolean;

  constructor(timeoutMs: number, complete: boolean) {
    super(`no answer within ${timeoutMs} ms`);
    this.complete = complete;
  }
}
