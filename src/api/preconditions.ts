import type { Context } from 'koa';
import { AppError } from '../server/errors.js';
import { type EntityTags, matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tags.js';

/**
 * What a request says about the state it expects (RFC 9110, section 13). If-Unmodified-Since and
 * If-Modified-Since are ignored, as they must be where there is no Last-Modified: a date of whole
 * seconds could not tell two writes of one second apart.
 */
export interface Preconditions {
  readonly ifMatch: EntityTags | undefined;
  readonly ifNoneMatch: EntityTags | undefined;
}

/**
 * @returns undefined when the request has none
 * @throws AppError `malformed_precondition`
 */
export function readPreconditions({ req }: Context): Preconditions | undefined {
  const ifMatch = req.headers['if-match'];
  const ifNoneMatch = req.headers['if-none-match'];
  if (ifMatch === undefined && ifNoneMatch === undefined) {
    return undefined;
  }
  return {
    ifMatch: readTags('If-Match', ifMatch),
    ifNoneMatch: readTags('If-None-Match', ifNoneMatch),
  };
}

/** Ignoring what cannot be read would be to write where the client asked not to. */
function readTags(name: string, header: string | undefined): EntityTags | undefined {
  if (header === undefined) {
    return undefined;
  }
  const tags = parseEntityTags(header);
  if (tags === undefined) {
    throw new AppError('malformed_precondition', {
      detail: `${name} is * or entity tags with commas between, as ETag gives them: "abc".`,
    });
  }
  return tags;
}

/**
 * Of a request that reads, in the order of RFC 9110, section 13.2.2.
 * @param current the entity tag of what there is, quotes included
 * @returns whether 304 is the answer
 * @throws AppError `precondition_failed`
 */
export function isNotModified(preconditions: Preconditions | undefined, current: string): boolean {
  if (preconditions === undefined) {
    return false;
  }
  const { ifMatch, ifNoneMatch } = preconditions;
  requireMatch(ifMatch, current);
  return ifNoneMatch !== undefined && matchesWeakly(ifNoneMatch, current);
}

/**
 * Of a request that changes something, in the same order.
 * @throws AppError `precondition_failed`
 */
export function requireUnchanged({ ifMatch, ifNoneMatch }: Preconditions, current: string): void {
  requireMatch(ifMatch, current);
  if (ifNoneMatch !== undefined && matchesWeakly(ifNoneMatch, current)) {
    throw new AppError('precondition_failed', {
      detail: 'If-None-Match names what is there; without it the request would change that.',
    });
  }
}

function requireMatch(ifMatch: EntityTags | undefined, current: string): void {
  if (ifMatch !== undefined && !matchesStrongly(ifMatch, current)) {
    throw new AppError('precondition_failed', {
      detail: 'It was changed since. Read it again, and repeat the change with its new ETag.',
    });
  }
}
