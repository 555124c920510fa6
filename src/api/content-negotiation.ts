import type { Context } from 'koa';
import { AppError } from '../server/errors.js';

const JSON_TYPE = 'application/json';

/** With the parameter that answers have: a range may name it (RFC 9110, section 12.5.1). */
const OFFERED = [`${JSON_TYPE}; charset=utf-8`, JSON_TYPE];

/** Browsers send a tenth of it. To take a header of 16 kB apart costs as much as many requests. */
const ACCEPT_LENGTH_MAX = 2000;

/** Routes whose answer is of another type; they see to it themselves. */
const OTHER_TYPES = new Set(['/', '/.well-known/jwks.json', '/docs', '/docs/:file']);

export function answersInJson(path: string): boolean {
  return !OTHER_TYPES.has(path);
}

/**
 * The API has one type of answer, so negotiation is to see whether the client takes it (RFC 9110,
 * section 12.5.1). An error is problem+json even where that was not asked for: the section lets a
 * server disregard the field, and a reason that can be logged is better than none.
 * @throws AppError `not_acceptable`
 */
export function requireJsonAccepted(ctx: Context): void {
  const { accept } = ctx.req.headers;
  // What clients send that do not care, and costs nothing to look at.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE || accept === '') {
    return;
  }
  // Too long to be looked at: disregarded, as the section allows.
  if (accept.length <= ACCEPT_LENGTH_MAX && ctx.accepts(OFFERED) === false) {
    throw new AppError('not_acceptable', { detail: `It comes as ${JSON_TYPE} only.` });
  }
}
