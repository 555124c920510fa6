/** Runs in the browser, on the page at /docs. It imports nothing of the service. */

/** Names the security scheme of the document whose credential POST /auth/login gives. */
export const LOGIN_SCHEME = 'login';

/** Stands where the value of a cookie would, which scripts cannot read (HttpOnly). */
export const KEPT_BY_THE_BROWSER = 'kept-by-the-browser';

/** Cookies come with these answers; tokens are told by their fields. */
const GIVE_COOKIES = ['/auth/login', '/me/password'];

export interface LoginScheme {
  readonly type: string;
  readonly in?: string;
}

export interface AnswerOnPage {
  /** As it was asked for, absolute. */
  readonly url: string;
  readonly status: number;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** The value for "Authorize" that an answer brings: every login from the page counts, wherever it was sent. */
export function credentialOfAnswer(
  scheme: LoginScheme,
  { url, status, body }: AnswerOnPage,
): string | undefined {
  if (status !== 200) {
    return undefined;
  }
  if (scheme.in === 'cookie') {
    return GIVE_COOKIES.includes(new URL(url).pathname) ? KEPT_BY_THE_BROWSER : undefined;
  }
  const { access_token, token_type, issued_token_type } = (body ?? {}) as Record<string, unknown>;
  // One that was exchanged is for somebody else (RFC 8693): the page goes on as the user.
  if (typeof access_token !== 'string' || issued_token_type !== undefined) {
    return undefined;
  }
  return scheme.type === 'http' ? access_token : `${token_type} ${access_token}`;
}

/** Whether the credential of the page has ended with this answer. */
export function endsCredential({ url, status }: AnswerOnPage): boolean {
  const { pathname, searchParams } = new URL(url);
  return (
    status === 204 &&
    (pathname === '/auth/logout' || (pathname === '/auth/sessions' && !searchParams.has('except')))
  );
}
