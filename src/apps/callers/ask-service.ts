import type { Logger } from 'pino';
import * as z from 'zod';
import { PRINCIPAL_PATH } from '../../api/routes/principal-routes.js';
import { isUserId } from '../../auth/credentials/storable-values.js';
import { SCOPES } from '../../auth/strategy.js';
import { type Asker, createAsker } from '../../outbound/asker.js';
import type { Answer } from '../../outbound/exchange.js';
import { AppError, unavailable } from '../../server/errors.js';
import type { OpenCallerCheck } from '../prediction-server-app.js';

const ANSWER_BYTES_MAX = 16 * 1024;
const FAILURES_TO_OPEN = 5;

const principalAnswer = z.object({
  id: z.number().refine(isUserId),
  scope: z.array(z.enum(SCOPES)),
  actor: z.string().nullable(),
});

/**
 * Asks the service about each credential, because nobody else can tell: a session's ID says nothing by
 * itself. No answer is remembered, so a session ends here at the moment it ends there.
 *
 * @param urls of instances; they take turns, and one that is known to be away is passed over
 */
export function openServiceCheck(options: {
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  readonly log: Logger;
}): OpenCallerCheck {
  const { urls, timeoutMs, log } = options;
  const askers = urls.map((url) =>
    createAsker({
      url,
      name: `instance ${new URL(url).host}`,
      timeoutMs,
      bytesMax: ANSWER_BYTES_MAX,
      // What it refuses may concern one user alone.
      circuit: { failuresToOpen: FAILURES_TO_OPEN, countsRefusals: false, probePath: '/livez' },
      log,
    }),
  );
  let turn = 0;

  /** Where all are away it is any of them, which then says so. */
  function nextAsker(): Asker {
    const inTurn = askers.map((_, step) => askers[(turn + step) % askers.length] as Asker);
    turn += 1;
    return inTurn.find((asker) => asker.away() === undefined) ?? (inTurn[0] as Asker);
  }

  async function ask(headers: Record<string, string>): Promise<Answer> {
    try {
      return await nextAsker().ask({
        method: 'GET',
        path: PRINCIPAL_PATH,
        headers,
        repeatable: true,
      });
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
      await Promise.all(askers.map((asker) => asker.close()));
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
