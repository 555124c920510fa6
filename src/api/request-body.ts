import type * as z from 'zod';

/** What a route takes: it is read by this, and the document is made from it. */
export interface RequestBody<Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'json' | 'form';
  /** Those that it may be sent as, the preferred one first. */
  readonly mediaTypes: readonly string[];
  readonly schema: Schema;
}

export function jsonBody<Schema extends z.ZodType>(
  schema: Schema,
  mediaTypes: readonly string[] = ['application/json'],
): RequestBody<Schema> {
  return { kind: 'json', mediaTypes, schema };
}

/** What OAuth 2.0 clients send (RFC 6749, appendix B). */
export function formBody<Schema extends z.ZodType>(schema: Schema): RequestBody<Schema> {
  return { kind: 'form', mediaTypes: ['application/x-www-form-urlencoded'], schema };
}

/** The header field of an answer that says what may be sent, by method. */
const FIELDS: Readonly<Record<string, string>> = {
  PATCH: 'Accept-Patch',
  POST: 'Accept-Post',
};

/**
 * Tells the client what to send instead: Accept-Patch (RFC 5789), Accept-Post (W3C Linked Data Platform
 * 1.0, section 7.1), else Accept, which a 415 may carry (RFC 9110, section 15.5.16).
 */
export function acceptField(
  method: string,
  mediaTypes: readonly string[],
): Readonly<Record<string, string>> {
  return { [FIELDS[method] ?? 'Accept']: mediaTypes.join(', ') };
}
