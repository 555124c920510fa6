/** An answer's header as OpenAPI describes it (OAS 3.1.1, section 4.8.21). */
export interface HeaderObject {
  readonly description: string;
  readonly required: boolean;
  readonly schema: { readonly type: 'string' | 'integer'; readonly minimum?: number };
  readonly example?: string | number;
}

const text = { type: 'string' } as const;

/** Every header that an operation may name. Those of one that is not named stay out of the document. */
export const HEADERS = {
  'Cache-Control': {
    description: 'Who may keep the answer, and for how long (RFC 9111, section 5.2).',
    required: true,
    schema: text,
    example: 'no-store',
  },
  ETag: {
    description: 'Names this state of the resource (RFC 9110, section 8.8.3).',
    required: true,
    schema: text,
    example: '"8QdHbg0wT1e"',
  },
  Location: {
    description: 'Where the new resource is, or what was asked for (RFC 9110, section 10.2.2).',
    required: true,
    schema: text,
    example: '/posts/42',
  },
  Link: {
    description: 'Where the next page is, and the first (RFC 8288).',
    required: true,
    schema: text,
    example: '</posts?limit=20>; rel="first"',
  },
  Vary: {
    description: 'What of the request the answer depends on (RFC 9110, section 12.5.5).',
    required: true,
    schema: text,
    example: 'Accept',
  },
  'Content-Location': {
    description: 'The answer is what a GET of this gives (RFC 9110, section 8.7).',
    required: true,
    schema: text,
    example: '/posts/42',
  },
  'Set-Cookie': {
    description: 'The credential. Browsers keep it from scripts (HttpOnly).',
    required: true,
    schema: text,
    example: 'session=…; path=/; samesite=lax; httponly',
  },
  'Retry-After': {
    description: 'Seconds to wait (RFC 9110, section 10.2.3).',
    required: true,
    schema: { type: 'integer', minimum: 1 },
    example: 1,
  },
  'WWW-Authenticate': {
    description: 'Which credential is wanted (RFC 9110, section 11.6.1).',
    required: true,
    schema: text,
    example: 'Bearer realm="api"',
  },
  Accept: whatToSend('RFC 9110, section 15.5.16', 'application/json'),
  'Accept-Post': whatToSend('Linked Data Platform 1.0, section 7.1', 'application/json'),
  'Accept-Patch': whatToSend('RFC 5789, section 3.1', 'application/merge-patch+json'),
} as const satisfies Record<string, HeaderObject>;

/** Absent where it is not the type that is wrong, but that the body is compressed. */
function whatToSend(source: string, example: string): HeaderObject {
  return {
    description: `What to send instead (${source}).`,
    required: false,
    schema: text,
    example,
  };
}

export type HeaderName = keyof typeof HEADERS;
