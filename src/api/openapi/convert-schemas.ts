import * as z from 'zod';
import { ANSWERS } from './answer-schemas.js';
import { CREDENTIALS } from './credential-schemas.js';
import type { NamedSchema } from './named-schema.js';
import { REQUESTS } from './request-schemas.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

type NamedSchemas = Readonly<Record<string, NamedSchema>>;

/** @throws TypeError for a schema that request-schemas.ts does not name */
export function nameOfRequest(asked: z.ZodType): string {
  for (const [name, { schema }] of Object.entries(REQUESTS)) {
    if (schema === asked) {
      return name;
    }
  }
  throw new TypeError('what a route takes has a name in request-schemas.ts');
}

/**
 * All named schemas as JSON Schema 2020-12, which is the dialect of OpenAPI 3.1, with references to
 * each other. Answers are closed (`additionalProperties: false`): what they hold is listed.
 */
export function convertSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([
    ...convert(REQUESTS, 'input'),
    ...convert({ ...ANSWERS, ...CREDENTIALS }, 'output'),
  ]);
}

function convert(named: NamedSchemas, io: 'input' | 'output'): [string, JsonSchema][] {
  const registry = z.registry<{ id: string } & Omit<NamedSchema, 'schema'>>();
  for (const [id, { schema, ...info }] of Object.entries(named)) {
    registry.add(schema, { id, ...info });
  }
  const { schemas } = z.toJSONSchema(registry, {
    io,
    metadata: registry,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      // The format says the same, and the pattern is half a page of leap years.
      if (jsonSchema.format === 'date-time') {
        delete jsonSchema.pattern;
      }
    },
  });
  return Object.entries(schemas).map(([id, schema]) => {
    // Both would change what references are relative to.
    const { $schema: _dialect, $id: _base, ...rest } = schema;
    return [id, rest];
  });
}
