import type * as z from 'zod';
import { StartupError } from '../server/errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a topic makes settings of: its variables, checked. */
export type ValuesOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** @throws StartupError `config_invalid` that lists every problem, not only the first */
export function parseOrThrow<T extends z.ZodType>(
  schema: T,
  environment: Environment,
): z.output<T> {
  const present = dropEmpty(environment);
  const parsed = schema.safeParse(present);
  if (!parsed.success) {
    throw invalidConfig(describeIssues(parsed.error, present));
  }
  return parsed.data;
}

/** `PORT= npm start` means the same as no PORT at all. */
export function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

export function describeIssues(error: z.ZodError, present: Environment): string[] {
  return error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return present[name] === undefined ? `${name} is required` : `${name}: ${issue.message}`;
  });
}

export function invalidConfig(problems: readonly string[]): StartupError {
  return new StartupError('config_invalid', problems.join('; '));
}
