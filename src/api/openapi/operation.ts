import type { ProblemCode } from '../../server/errors.js';
import type { AnswerName } from './answer-schemas.js';
import type { CredentialName } from './credential-schemas.js';
import type { HeaderName } from './headers.js';
import type { ParameterName } from './parameters.js';
import type { RequestName } from './request-schemas.js';

/**
 * What the document says of a route beyond what its record says already. Schemas are named, not imported:
 * they are made when somebody reads the document.
 */
export interface Operation {
  readonly id: string;
  readonly tag: TagName;
  readonly summary: string;
  readonly description?: string;
  /** False: the route is there, and under this strategy answers 404 `not_supported` and nothing else. */
  readonly supported?: boolean;
  readonly parameters?: readonly ParameterName[];
  /** Whether it honours If-Match and If-None-Match (src/api/preconditions.ts). */
  readonly conditional?: boolean;
  /** Of what the route takes, the part that this instance understands. Left out: all of it. */
  readonly body?: RequestName;
  /** What it answers when all went well. */
  readonly answers: readonly Answer[];
  /** Problems of its own. Those of its body, its access and what it uses are derived (problems.ts). */
  readonly problems?: readonly ProblemCode[];
  readonly uses?: readonly ('database' | 'passwords' | 'strategy')[];
}

export interface Answer {
  readonly status: number;
  readonly description: string;
  /** Absent when there is no body, or none that JSON Schema could describe. */
  readonly schema?: AnswerName | CredentialName;
  readonly headers?: readonly HeaderName[];
}

/** In the order a reader meets them. */
export const TAGS = {
  login: 'Where a credential begins and ends.',
  account: 'Registration, and who am I.',
  posts: 'Everyone logged in reads all; only the owner, or who acts for them, changes one.',
  predictions: 'What a model says of a text.',
  sessions: 'My logins, to look at and to end.',
  tokens: 'What clients of OAuth 2.0 ask: renew, revoke, hand on, verify.',
  operator: 'What an operator does to an account. Needs the operator token.',
  health: 'What machines ask: alive, ready, how many.',
  documentation: 'This document, and the page that shows it.',
} as const;

type TagName = keyof typeof TAGS;
