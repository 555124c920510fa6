import type { OpenApiDocument } from '../../../src/api/openapi/document.js';
import { type DocumentedOperation, parametersOf, resolve } from '../../support/open-api.js';

export type Fields = Readonly<Record<string, unknown>>;

/** What kinds of request the document shows: with each of its bodies, and with all that it lets one add. */
export interface RequestKind {
  readonly example?: Fields;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

export function kindsOf(document: OpenApiDocument, operation: DocumentedOperation): RequestKind[] {
  const bare = { query: {}, headers: {} };
  const [plain = bare, ...others] =
    bodyOf(document, operation)?.schemas.flatMap(({ examples = [] }) =>
      examples.map((example) => ({ ...bare, example })),
    ) ?? [];
  const query = optionsOf(document, operation, 'query');
  const headers = optionsOf(document, operation, 'header');
  const adds = Object.keys({ ...query, ...headers }).length > 0;
  return [plain, ...others, ...(adds ? [{ ...plain, query, headers }] : [])];
}

export interface ObjectSchema {
  readonly $ref?: string;
  readonly oneOf?: readonly ObjectSchema[];
  readonly properties?: Readonly<Record<string, Fields>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly examples?: readonly Fields[];
}

/** The media type and the schemas of a body: one, or all that it may be one of. */
export function bodyOf(
  document: OpenApiDocument,
  { operation }: DocumentedOperation,
): { mediaType: string; schemas: ObjectSchema[] } | undefined {
  const [first] = Object.entries(operation.requestBody?.content ?? {});
  if (first === undefined) {
    return undefined;
  }
  const schema = resolve<ObjectSchema>(document, first[1].schema);
  const schemas = (schema.oneOf ?? [schema]).map((one) => resolve<ObjectSchema>(document, one));
  return { mediaType: first[0], schemas };
}

/** Parameters that the document has a value for: an example, or one that the schema names. */
function optionsOf(
  document: OpenApiDocument,
  { operation }: DocumentedOperation,
  place: 'query' | 'header',
) {
  return Object.fromEntries(
    parametersOf(document, operation)
      .filter((parameter) => parameter.in === place)
      .flatMap(({ name, schema, example, 'x-example': unfilled }) => {
        const [value = example ?? unfilled ?? schema.minimum] =
          (schema.enum as unknown[] | undefined) ?? [];
        return value === undefined ? [] : [[name, String(value)]];
      }),
  );
}
