/**
 * Every error the API can answer, in one table. A `code` is stable: clients and tests match on it,
 * never on the sentence. Shape on the wire: RFC 9457 (problem details).
 */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'That is not HTTP' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_parameter: { status: 400, title: 'A parameter in the URL is not valid' },
  malformed_precondition: { status: 400, title: 'If-Match or If-None-Match lists no entity tags' },
  malformed_idempotency_key: { status: 400, title: 'The Idempotency-Key is not valid' },
  body_incomplete: { status: 400, title: 'The body ended early' },
  invalid_request: { status: 400, title: 'A parameter of the grant is missing or wrong' },
  unsupported_grant_type: { status: 400, title: 'That grant is not known here' },
  unsupported_token_type: { status: 400, title: 'A token of this kind cannot be revoked' },
  refresh_invalid: { status: 400, title: 'The refresh token is not valid' },
  invalid_scope: { status: 400, title: 'The scope is not known or too wide' },
  invalid_target: { status: 400, title: 'The audience is not known or too wide' },
  delegation_refused: { status: 400, title: 'This credential cannot be handed on' },
  credential_missing: { status: 401, title: 'This needs a login' },
  credential_invalid: { status: 401, title: 'The credential is not valid' },
  login_failed: { status: 401, title: 'E-mail or password is wrong' },
  account_gone: { status: 401, title: 'The account no longer exists' },
  cross_site_request: { status: 403, title: 'The request came from another site' },
  insufficient_scope: { status: 403, title: 'The credential does not allow this' },
  operator_only: { status: 403, title: 'Only an operator may do this' },
  not_owner: { status: 403, title: 'Only the owner may do this' },
  not_found: { status: 404, title: 'There is nothing here' },
  not_supported: { status: 404, title: 'The strategy of this instance has nothing of the kind' },
  method_not_allowed: { status: 405, title: 'This resource does not know that method' },
  not_acceptable: { status: 406, title: 'This is not to be had in a type that was asked for' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  email_taken: { status: 409, title: 'The e-mail address is taken' },
  idempotency_key_in_use: { status: 409, title: 'A request with this key is under way' },
  precondition_failed: { status: 412, title: 'It is not as the request expects it' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is of a type that this does not take' },
  expectation_failed: { status: 417, title: 'There is nothing of what Expect asks for' },
  validation_failed: { status: 422, title: 'The body does not have the right fields' },
  idempotency_key_reused: { status: 422, title: 'The key belongs to another request' },
  unsupported_language: { status: 422, title: 'The model does not know the language of the text' },
  too_many_logins: { status: 429, title: 'Too many failed logins' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on the server' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
  redis_unavailable: { status: 503, title: 'The session store does not answer' },
  authority_unavailable: {
    status: 503,
    title: 'The authority that knows the tokens does not answer',
  },
  password_queue_full: { status: 503, title: 'Too many passwords are being checked' },
  password_check_unavailable: { status: 503, title: 'Passwords cannot be checked' },
  prediction_unavailable: { status: 503, title: 'The model that predicts does not answer' },
  shutting_down: { status: 503, title: 'This instance is leaving' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field of the body that is wrong. `path` is dotted; empty for the body as a whole. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** One sentence that says what to do. Shown to the client, so no secret belongs in it. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly issues?: readonly FieldIssue[];
  /** Error code of OAuth 2.0, for its clients (RFC 6749, section 5.2). */
  readonly oauthError?: string;
  readonly cause?: unknown;
}

/** An error the API answers on purpose. Anything else that is thrown becomes `internal_error`. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly issues: readonly FieldIssue[] | undefined;
  readonly oauthError: string | undefined;

  constructor(code: ProblemCode, options: AppErrorOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.issues = options.issues;
    this.oauthError = options.oauthError;
  }
}

/** Body of an error answer, media type `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail?: string;
  readonly issues?: readonly FieldIssue[];
  /** Extension member (RFC 9457, section 3.2): what a client of OAuth 2.0 looks for. */
  readonly error?: string;
}

export function toProblem(error: AppError): Problem {
  return {
    type: `urn:session-token-lab:problem:${error.code}`,
    title: PROBLEMS[error.code].title,
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.issues === undefined ? {} : { issues: error.issues }),
    ...(error.oauthError === undefined ? {} : { error: error.oauthError }),
  };
}

/** A store that is away usually comes back within seconds: the client is told to ask again soon. */
export function unavailable(
  code: 'database_unavailable' | 'redis_unavailable' | 'authority_unavailable',
  cause: unknown,
): AppError {
  return new AppError(code, {
    detail: 'Ask again in a moment; nothing is wrong with the request.',
    headers: { 'Retry-After': '1' },
    cause,
  });
}

/** How long a starting process waits for a server that is there but does not answer; one that refuses is not waited for. */
export const STARTUP_WAIT_MS = 5000;

/** A process that cannot start: `code` is printed first on standard error, then it exits with 1. */
export class StartupError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartupError';
    this.code = code;
  }
}
