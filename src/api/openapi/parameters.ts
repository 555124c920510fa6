import { ID_MAX } from '../../auth/credentials/storable-values.js';
import { LIMIT_DEFAULT, LIMIT_MAX } from '../paging.js';

/** A parameter as OpenAPI describes it (OAS 3.1.1, section 4.8.12). */
export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly example?: unknown;
  /** One that no page fills in by itself. */
  readonly 'x-example'?: unknown;
}

/** Every parameter that an operation may name. Those of one that is not named stay out of the document. */
export const PARAMETERS = {
  id: {
    name: 'id',
    in: 'path',
    description: 'The ID of the resource.',
    required: true,
    schema: { type: 'integer', minimum: 1, maximum: ID_MAX },
    example: 1,
  },
  loginId: {
    name: 'id',
    in: 'path',
    description: 'The ID of a login, from `GET /auth/sessions`.',
    required: true,
    schema: { type: 'string', minLength: 1 },
  },
  except: {
    name: 'except',
    in: 'query',
    description: '`current` keeps the login that asks.',
    schema: { type: 'string', enum: ['current'] },
  },
  limit: {
    name: 'limit',
    in: 'query',
    description: 'How many items a page has at most.',
    schema: { type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT },
  },
  cursor: {
    name: 'cursor',
    in: 'query',
    description: '`nextCursor` of the page before; leave it out for the first.',
    schema: { type: 'string' },
  },
  ifNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description:
      'The `ETag` that I have: while it is still that, the answer is 304 (RFC 9110, 13.1.2).',
    schema: { type: 'string' },
    example: '"an-earlier-one"',
  },
  ifMatch: {
    name: 'If-Match',
    in: 'header',
    description:
      'The `ETag` that I have read, or `*`: when it is another by now, nothing is changed (RFC 9110, 13.1.1).',
    schema: { type: 'string' },
    example: '*',
  },
  idempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Names this request, so that sending it again does not do it again.',
    schema: { type: 'string' },
    // Not as an example: the page would send it along each time, and another body under it is refused.
    'x-example': '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  },
  docsFile: {
    name: 'file',
    in: 'path',
    description: 'A file that the page names.',
    required: true,
    schema: { type: 'string' },
    example: 'page.js',
  },
} as const satisfies Record<string, ParameterObject>;

export type ParameterName = keyof typeof PARAMETERS;
