/** What a body may be sent as, by method; PATCH in the order of preference (RFC 5789, section 3.1). */
const JSON_TYPES: Readonly<Record<string, string>> = {
  // RFC 7396. Clients have long sent plain JSON, which here means the same.
  PATCH: 'application/merge-patch+json, application/json',
};

const DEFAULT_TYPE = 'application/json';

/** The header field of an answer that says what may be sent, by method. */
const FIELDS: Readonly<Record<string, string>> = {
  PATCH: 'Accept-Patch',
  POST: 'Accept-Post',
};

/** Media types of JSON that a method takes, as Accept-Patch lists them. */
export function jsonTypesOf(method: string): string {
  return JSON_TYPES[method] ?? DEFAULT_TYPE;
}

/**
 * Tells the client what to send instead: Accept-Patch (RFC 5789), Accept-Post (W3C Linked Data Platform
 * 1.0, section 7.1), else Accept, which a 415 may carry (RFC 9110, section 15.5.16).
 */
export function acceptField(method: string, types: string): Readonly<Record<string, string>> {
  return { [FIELDS[method] ?? 'Accept']: types };
}
