import type * as z from 'zod';

/** A schema, and what the document says of it under its name: further keywords of JSON Schema. */
export interface NamedSchema {
  readonly schema: z.ZodType;
  readonly description: string;
  /** At least one, and valid: a test checks them. */
  readonly examples: readonly unknown[];
  /** Says what a `refine` checks, which JSON Schema cannot read. */
  readonly minProperties?: number;
}
