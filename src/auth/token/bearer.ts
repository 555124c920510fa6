import { AppError } from '../../server/errors.js';

/** RFC 6750, section 3: a challenge carries at least one parameter. */
export const BEARER_CHALLENGE = 'Bearer realm="api"';

/** 401 for a token that was sent and is not accepted (RFC 6750, section 3.1). */
export function invalidToken(detail: string, cause?: unknown): AppError {
  return new AppError('credential_invalid', {
    detail,
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
    cause,
  });
}
