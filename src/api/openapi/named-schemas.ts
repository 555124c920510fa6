import * as z from 'zod';

/** What a schema is called and told about in the document; further keywords of JSON Schema beside it. */
export type SchemaInfo = {
  /** Its name under `components.schemas`. */
  id: string;
  description: string;
  /** At least one, and valid: a test checks them. */
  examples: readonly unknown[];
  /** Says what a `refine` checks, which JSON Schema cannot read. */
  minProperties?: number;
};

export type JsonSchema = Readonly<Record<string, unknown>>;

const requests = z.registry<SchemaInfo>();
const answers = z.registry<SchemaInfo>();

export function nameRequest<T extends z.ZodType>(schema: T, info: SchemaInfo): T {
  requests.add(schema, info);
  return schema;
}

export function nameAnswer<T extends z.ZodType>(schema: T, info: SchemaInfo): T {
  answers.add(schema, info);
  return schema;
}

/** @throws TypeError for a schema that was never named */
export function nameOf(schema: z.ZodType): string {
  const info = requests.get(schema) ?? answers.get(schema);
  if (info === undefined) {
    throw new TypeError('a schema of an operation is named by nameRequest or nameAnswer');
  }
  return info.id;
}

/**
 * All named schemas as JSON Schema 2020-12, which is the dialect of OpenAPI 3.1, with references to
 * each other. Answers are closed (`additionalProperties: false`): what they hold is listed.
 */
export function convertSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([...convert(requests, 'input'), ...convert(answers, 'output')]);
}

function convert(registry: typeof requests, io: 'input' | 'output'): [string, JsonSchema][] {
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
