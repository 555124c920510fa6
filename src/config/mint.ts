import * as z from 'zod';
import { type Environment, parseOrThrow } from './environment.js';
import { integer } from './variables.js';

export interface MintSettings {
  /** How many users log in, the first of the database first. */
  readonly users: number;
  readonly production: boolean;
}

const mintSchema = z.object({
  MINT_USERS: integer(1, 1_000_000, 100),
  NODE_ENV: z.string().optional(),
});

export function parseMintSettings(environment: Environment): MintSettings {
  const values = parseOrThrow(mintSchema, environment);
  return { users: values.MINT_USERS, production: values.NODE_ENV === 'production' };
}
