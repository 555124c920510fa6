import type { ValuesOf } from './environment.js';
import { integer } from './variables.js';

/** How many passwords are hashed at once, and how many wait. */
export interface PasswordSettings {
  readonly passwordHashConcurrency: number;
  readonly passwordHashQueue: number;
}

export const passwordVariables = {
  PASSWORD_HASH_CONCURRENCY: integer(1, 64, 2),
  PASSWORD_HASH_QUEUE: integer(0, 10_000, 32),
};

export function toPasswordSettings(values: ValuesOf<typeof passwordVariables>): PasswordSettings {
  return {
    passwordHashConcurrency: values.PASSWORD_HASH_CONCURRENCY,
    passwordHashQueue: values.PASSWORD_HASH_QUEUE,
  };
}
