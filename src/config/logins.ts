import type { ValuesOf } from './environment.js';
import { integer } from './variables.js';

/** Limits of what a server remembers of logins; sessions and reference tokens share them. */
export interface LoginSettings {
  readonly sessionIdleSeconds: number;
  readonly sessionAbsoluteSeconds: number;
  readonly loginsPerUserMax: number;
}

export const loginVariables = {
  SESSION_IDLE_SECONDS: integer(1, 2_592_000, 1800),
  SESSION_ABSOLUTE_SECONDS: integer(1, 31_536_000, 43_200),
  LOGINS_PER_USER_MAX: integer(1, 1000, 100),
};

export function toLoginSettings(values: ValuesOf<typeof loginVariables>): LoginSettings {
  return {
    sessionIdleSeconds: values.SESSION_IDLE_SECONDS,
    sessionAbsoluteSeconds: values.SESSION_ABSOLUTE_SECONDS,
    loginsPerUserMax: values.LOGINS_PER_USER_MAX,
  };
}
