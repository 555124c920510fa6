import * as z from 'zod';
import { createAsker } from '../outbound/asker.js';
import type { Answer } from '../outbound/exchange.js';
import { AppError, PROBLEMS } from '../server/errors.js';
import { LABELS } from './model/classifier.js';
import { type OpenPredictor, predictionUnavailable } from './predictor.js';

const ANSWER_BYTES_MAX = 16 * 1024;
const FAILURES_TO_OPEN = 5;

const prediction = z.object({
  label: z.enum(LABELS),
  probabilities: z.record(z.enum(LABELS), z.number()),
  model: z.string(),
  passages: z
    .array(z.object({ start: z.number(), end: z.number(), spam: z.number() }))
    .exactOptional(),
});
/** No other code: it is logged, and that server has seen credentials. */
const problem = z.object({
  code: z.enum(Object.keys(PROBLEMS)),
  detail: z.string().optional(),
});

/**
 * A server of its own, asked over HTTP. It can be scaled, replaced and lose its memory apart from the
 * instances; each prediction pays a hop, and the server's own check of who is asking.
 */
export const openServerClient: OpenPredictor = ({ url, timeoutMs, log }) => {
  if (url === undefined) {
    throw new TypeError('config/ lets no instance with PREDICTION=server start without its URL');
  }
  const asker = createAsker({
    url,
    name: 'prediction server',
    timeoutMs,
    bytesMax: ANSWER_BYTES_MAX,
    circuit: { failuresToOpen: FAILURES_TO_OPEN, countsRefusals: true, probePath: '/livez' },
    log,
  });
  return {
    predict: async (question, { authorization, cookie }) => {
      const headers = {
        'content-type': 'application/json',
        ...(authorization !== undefined && { authorization }),
        ...(cookie !== undefined && { cookie }),
      };
      const body = JSON.stringify(question);
      const answer = await asker
        // Asked twice the model says the same.
        .ask({ method: 'POST', path: '/predictions', headers, body, repeatable: true })
        .catch((error) => {
          throw predictionUnavailable(error);
        });
      const content = parse(answer.text);
      const read = answer.status === 200 ? prediction.safeParse(content) : undefined;
      if (read?.success) {
        return read.data;
      }
      throw refusal(answer, content);
    },
    close: asker.close,
  };
};

/**
 * Of its refusals few are for the client: the instance has checked the credential and the length
 * itself, so anything else says that the two disagree. What just fitted here can be too large there,
 * where other headers stand beside the credential and every field is written out.
 */
function refusal({ status }: Answer, content: unknown): AppError {
  const { code, detail = '' } = problem.safeParse(content).data ?? {};
  if (code === 'headers_too_large' || code === 'body_too_large') {
    return new AppError(code, { detail: 'It is too long to be handed on.' });
  }
  return code === 'unsupported_language'
    ? new AppError('unsupported_language', { detail })
    : predictionUnavailable(new Error(`the prediction server answered ${status} ${code ?? ''}`));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
