import type * as z from 'zod';
import type { ProblemCode } from '../../server/errors.js';
import type { Access } from '../principal.js';
import type { HeaderName } from './headers.js';
import type { ParameterName } from './parameters.js';
import type { TagName } from './tags.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * One route, as data. The document is made of these and nothing else; a test compares them with the
 * routes that the router really has, and another sends each of them to a running instance.
 */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** As the router spells it: `/posts/:id`. */
  readonly path: string;
  readonly tag: TagName;
  readonly summary: string;
  readonly description?: string;
  /** `credential`: one that is valid, whatever its scope. `anyone` needs none. */
  readonly access: Access | 'credential' | 'operator' | 'anyone';
  /** False: the route is there, and under this strategy answers 404 `not_supported` and nothing else. */
  readonly supported?: boolean;
  readonly parameters?: readonly ParameterName[];
  /** Whether it honours If-Match and If-None-Match (src/api/preconditions.ts). */
  readonly conditional?: boolean;
  readonly body?: RequestBody;
  /** What it answers when all went well. */
  readonly answers: readonly Answer[];
  /** Problems of its own. Those of its body, its access and what it uses are derived (problems.ts). */
  readonly problems?: readonly ProblemCode[];
  readonly uses?: readonly ('database' | 'passwords' | 'strategy')[];
}

export interface RequestBody {
  readonly kind: 'json' | 'form';
  /** Registered in request-schemas.ts. */
  readonly schema: z.ZodType;
  /** Instead of the usual one of its kind. */
  readonly mediaTypes?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Registered in answer-schemas.ts; absent when there is no body. */
  readonly schema?: z.ZodType;
  /** `application/json` unless given. */
  readonly mediaType?: string;
  readonly headers?: readonly HeaderName[];
}
