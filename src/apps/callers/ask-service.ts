import { Pool } from 'undici';
import * as z from 'zod';
import { PRINCIPAL_PATH } from '../../api/routes/principal-routes.js';
import { isUserId } from '../../auth/credentials/storable-values.js';
import { SCOPES } from '../../auth/strategy.js';
import { AppError, unavailable } from '../../server/errors.js';
import type { OpenCallerCheck } from '../prediction-server-app.js';

const SOCKETS_MAX = 64;

const principalAnswer = z.object({
  id: z.number().refine(isUserId),
  scope: z.array(z.enum(SCOPES)),
  actor: z.string().nullable(),
});

/**
 * Asks the service about each credential, because nobody else can tell: a session's ID says nothing by
 * itself. No answer is remembered, so a session ends here at the moment it ends there.
 *
 * @param urls of instances; they take turns
 */
export function openServiceCheck(options: {
  readonly urls: readonly string[];
  readonly timeoutMs: number;
}): OpenCallerCheck {
  const { urls, timeoutMs } = options;
  const pools = urls.map((url) => new Pool(new URL(url).origin, { connections: SOCKETS_MAX }));
  let turn = 0;

  async function ask(headers: Record<string, string>): Promise<{ status: number; text: string }> {
    const pool = pools[turn++ % pools.length] as Pool;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await pool.request({ method: 'GET', path: PRINCIPAL_PATH, headers, signal });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      throw unavailable('authority_unavailable', cause);
    }
  }

  return {
    challenge: undefined,
    authenticate: async (ctx) => {
      const authorization = ctx.req.headers.authorization;
      const { cookie } = ctx.req.headers;
      if (authorization === undefined && cookie === undefined) {
        throw new AppError('credential_missing', { detail: 'Log in at the service first.' });
      }
      const { status, text } = await ask({
        ...(authorization !== undefined && { authorization }),
        ...(cookie !== undefined && { cookie }),
      });
      if (status === 401) {
        throw new AppError('credential_invalid', { detail: 'Log in at the service again.' });
      }
      if (status === 431) {
        // Of this request alone: as a failure of the service it would count against everybody.
        throw new AppError('headers_too_large', { detail: 'The credential is too long.' });
      }
      if (status !== 200) {
        throw unavailable('authority_unavailable', new Error(`the service answered ${status}`));
      }
      return readPrincipal(text);
    },
    check: async () => {
      // Without a credential the answer is a 401, which is one.
      await ask({});
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function readPrincipal(text: string): Awaited<ReturnType<OpenCallerCheck['authenticate']>> {
  try {
    const { id, scope, actor } = principalAnswer.parse(JSON.parse(text));
    return { userId: id, delegation: actor === null ? undefined : { actor, scope } };
  } catch (cause) {
    throw unavailable('authority_unavailable', cause);
  }
}
