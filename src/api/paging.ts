import type { Context } from 'koa';
import { ID_MAX } from '../auth/credentials/storable-values.js';
import { AppError } from '../server/errors.js';

export const LIMIT_DEFAULT = 20;
export const LIMIT_MAX = 100;

export interface PageRequest {
  readonly limit: number;
  /** Posts older than this one; undefined for the first page. */
  readonly beforeId: number | undefined;
}

/** @throws AppError `invalid_parameter` */
export function readPageRequest(ctx: Context): PageRequest {
  const { limit, cursor } = ctx.query;
  return {
    limit: limit === undefined ? LIMIT_DEFAULT : readLimit(limit),
    beforeId: cursor === undefined ? undefined : decodeCursor(cursor),
  };
}

function readLimit(value: string | readonly string[]): number {
  const limit = typeof value === 'string' && /^[1-9]\d{0,2}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) {
    throw new AppError('invalid_parameter', {
      detail: `limit is a whole number from 1 to ${LIMIT_MAX}.`,
    });
  }
  return limit;
}

/** Opaque to clients: what a page is keyed on may change without breaking them. */
export function encodeCursor(id: number): string {
  return Buffer.from(`before:${id}`).toString('base64url');
}

/** @throws AppError `invalid_parameter` */
export function decodeCursor(value: string | readonly string[]): number {
  const cursor = typeof value === 'string' ? value : '';
  const match = /^before:([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const id = Number(match?.[1] ?? Number.NaN);
  // Decoding forgives stray characters; only the spelling this API gave out is taken.
  if (!(id <= ID_MAX) || encodeCursor(id) !== cursor) {
    throw new AppError('invalid_parameter', { detail: 'Take the cursor from nextCursor.' });
  }
  return id;
}

/**
 * Where the first page and the next one are (RFC 8288), so that a client follows links and builds no
 * addresses. References are relative: the instance need not know under which name it is reached.
 * @param nextId the last post of this page; undefined on the last page
 */
export function pageLinks({ limit }: PageRequest, nextId: number | undefined): string {
  const first = `</posts?limit=${limit}>; rel="first"`;
  return nextId === undefined
    ? first
    : `${first}, </posts?limit=${limit}&cursor=${encodeCursor(nextId)}>; rel="next"`;
}
