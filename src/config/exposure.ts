import { isLoopback } from '../server/loopback.js';
import type { ValuesOf } from './environment.js';
import { autoToggle, cookieName, secret, toggle } from './variables.js';

/** What follows from who can reach an instance. */
export interface ExposureSettings {
  readonly trustProxy: boolean;
  /** Whether cookies carry Secure and the `__Host-` prefix. */
  readonly cookieSecure: boolean;
  /** Of the session cookie, without that prefix: services on one host name share their cookies. */
  readonly sessionCookieName: string;
  /** Whether GET /openapi.json and the page at /docs exist. */
  readonly docs: boolean;
  /** Who may ask for GET /metrics: nobody, anyone on this machine, or an operator. */
  readonly metrics: 'off' | 'open' | 'operator';
  /** Decoded; without it there are no operator routes. */
  readonly operatorToken: Uint8Array | undefined;
}

export const exposureVariables = {
  TRUST_PROXY: toggle.default('off'),
  COOKIE_SECURE: autoToggle,
  SESSION_COOKIE_NAME: cookieName.default('session'),
  DOCS: autoToggle,
  METRICS: toggle.default('off'),
  OPERATOR_TOKEN: secret.optional(),
};

export function toExposureSettings(
  values: ValuesOf<typeof exposureVariables> & { readonly HOST: string },
): ExposureSettings {
  // Behind a proxy on the same machine, where TLS ends, it listens on loopback too.
  const isLocal = isLoopback(values.HOST) && values.TRUST_PROXY === 'off';
  return {
    trustProxy: values.TRUST_PROXY === 'on',
    cookieSecure: values.COOKIE_SECURE === 'auto' ? !isLocal : values.COOKIE_SECURE === 'on',
    sessionCookieName: values.SESSION_COOKIE_NAME,
    docs: values.DOCS === 'auto' ? isLocal : values.DOCS === 'on',
    metrics: values.METRICS === 'off' ? 'off' : isLocal ? 'open' : 'operator',
    operatorToken: values.OPERATOR_TOKEN,
  };
}
