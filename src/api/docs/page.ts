/** Runs in the browser: the page at /docs. */

import {
  type AnswerOnPage,
  credentialOfAnswer,
  endsCredential,
  KEPT_BY_THE_BROWSER,
  LOGIN_SCHEME,
  type LoginScheme,
} from './credential-of-answer.js';
import { loginPanel } from './login-panel.js';
import type { SwaggerUi } from './swagger-ui.js';

declare const SwaggerUIBundle: (options: Readonly<Record<string, unknown>>) => SwaggerUi;

interface ResponseOfUi {
  readonly url: string;
  readonly status: number;
  readonly body?: unknown;
}

/** Leaving by the page's own button has to end the login at the server too; the other way it has ended. */
let endedByServer = false;

const ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Otherwise the document would be sent to a validator on the Internet.
  validatorUrl: null,
  plugins: [
    loginPanel({
      onAnswer: notice,
      isLoggedIn,
      logOut: () => ui.authActions.logout([LOGIN_SCHEME]),
    }),
    { statePlugins: { auth: { wrapActions: { logout: endLoginToo } } } },
  ],
  onComplete: () => void noticeCookie(),
  responseInterceptor: (response: ResponseOfUi) => {
    notice(response as AnswerOnPage);
    return response;
  },
});

function loginScheme(): LoginScheme | undefined {
  const scheme = ui.specSelectors.specJson().getIn(['components', 'securitySchemes', LOGIN_SCHEME]);
  return scheme?.toJS() as LoginScheme | undefined;
}

function isLoggedIn(): boolean {
  return ui.authSelectors.authorized().getIn([LOGIN_SCHEME, 'value']) !== undefined;
}

/** Whatever logs in or out on this page, "Authorize" shows it and the next request uses it. */
function notice(answer: AnswerOnPage): void {
  const scheme = loginScheme();
  if (scheme === undefined) {
    return;
  }
  const credential = credentialOfAnswer(scheme, answer);
  if (credential !== undefined) {
    ui.preauthorizeApiKey(LOGIN_SCHEME, credential);
  } else if (endsCredential(answer)) {
    endedByServer = true;
    ui.authActions.logout([LOGIN_SCHEME]);
  }
}

/** A cookie outlives the page, and no script can see it: only the API can tell. */
async function noticeCookie(): Promise<void> {
  if (loginScheme()?.in !== 'cookie') {
    return;
  }
  const { ok } = await fetch('/me');
  if (ok) {
    ui.preauthorizeApiKey(LOGIN_SCHEME, KEPT_BY_THE_BROWSER);
  }
}

function endLoginToo(forget: (names: readonly string[]) => unknown) {
  return async (names: readonly string[]): Promise<void> => {
    if (names.includes(LOGIN_SCHEME) && !endedByServer) {
      const value = ui.authSelectors.authorized().getIn([LOGIN_SCHEME, 'value']);
      await fetch('/auth/logout', { method: 'POST', headers: authorization(value) });
    }
    endedByServer = false;
    forget(names);
  };
}

function authorization(value: unknown): Record<string, string> {
  const scheme = loginScheme();
  if (scheme === undefined || scheme.in === 'cookie') {
    return {};
  }
  return { authorization: scheme.type === 'http' ? `Bearer ${value}` : String(value) };
}
