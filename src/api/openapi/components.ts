import { PROBLEMS, type ProblemCode } from '../../server/errors.js';
import type { Method } from '../route.js';
import type { AnswerName } from './answer-schemas.js';
import { convertSchemas, type JsonSchema } from './convert-schemas.js';
import { HEADERS, type HeaderName, type HeaderObject } from './headers.js';
import type { DescribedInstance } from './instance.js';
import { PARAMETERS, type ParameterName, type ParameterObject } from './parameters.js';
import { headersOfProblem } from './problems.js';
import { type SecurityScheme, securitySchemes } from './security.js';

export interface Reference {
  readonly $ref: string;
}

export interface MediaTypeObject {
  readonly schema: Reference | JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content?: Readonly<Record<string, MediaTypeObject>>;
}

export interface Components {
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  readonly parameters: Readonly<Record<string, ParameterObject>>;
  readonly headers: Readonly<Record<string, HeaderObject>>;
  readonly responses: Readonly<Record<string, ResponseObject>>;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** Collects what operations refer to, so that the document holds that and no more. */
export interface ComponentCollector {
  schema(name: string): { reference: Reference; example: unknown };
  header(name: HeaderName): Reference;
  parameter(name: ParameterName): Reference;
  /** One response for all problems of a status that an operation can meet. */
  problems(codes: readonly ProblemCode[], method: Method): Reference;
  collect(): Components;
}

export function createComponents(instance: DescribedInstance): ComponentCollector {
  const converted = convertSchemas();
  const schemas = new Set<string>();
  const headers = new Map<HeaderName, HeaderObject>();
  const parameters = new Map<ParameterName, ParameterObject>();
  const responses = new Map<string, ResponseObject>();

  function useSchema(id: string): JsonSchema {
    const schema = converted[id] as JsonSchema;
    if (!schemas.has(id)) {
      schemas.add(id);
      for (const [, other] of JSON.stringify(schema).matchAll(SCHEMA_REFERENCE)) {
        useSchema(other as string);
      }
    }
    return schema;
  }

  function header(name: HeaderName): Reference {
    headers.set(name, HEADERS[name]);
    return { $ref: `#/components/headers/${name}` };
  }

  function problemResponse(
    codes: readonly ProblemCode[],
    status: number,
    names: readonly HeaderName[],
  ): ResponseObject {
    useSchema(PROBLEM);
    return {
      description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n\n'),
      ...(names.length > 0 && { headers: referTo(names, header) }),
      content: {
        'application/problem+json': {
          schema: {
            $ref: `#/components/schemas/${PROBLEM}`,
            // Beside a reference, from JSON Schema 2020-12 on: both hold.
            properties: { status: { const: status }, code: { enum: codes } },
          },
          examples: Object.fromEntries(
            codes.map((code) => [
              code,
              {
                value: {
                  type: `urn:session-token-lab:problem:${code}`,
                  title: PROBLEMS[code].title,
                  status,
                  code,
                },
              },
            ]),
          ),
        },
      },
    };
  }

  return {
    schema: (name) => {
      const [example] = useSchema(name).examples as [unknown];
      return { reference: { $ref: `#/components/schemas/${name}` }, example };
    },
    header,
    parameter: (name) => {
      parameters.set(name, PARAMETERS[name]);
      return { $ref: `#/components/parameters/${name}` };
    },
    problems: (codes, method) => {
      const { status } = PROBLEMS[codes[0] as ProblemCode];
      const names = headersOfProblem(status, method, instance);
      const name = [...codes, ...names].join('.');
      if (!responses.has(name)) {
        responses.set(name, problemResponse(codes, status, names));
      }
      return { $ref: `#/components/responses/${name}` };
    },
    collect: () => ({
      securitySchemes: securitySchemes(instance),
      parameters: Object.fromEntries(parameters),
      headers: Object.fromEntries(headers),
      responses: Object.fromEntries(responses),
      schemas: Object.fromEntries(
        [...schemas].sort().map((id) => [id, converted[id] as JsonSchema]),
      ),
    }),
  };
}

const PROBLEM: AnswerName = 'Problem';

const SCHEMA_REFERENCE = /"#\/components\/schemas\/(\w+)"/g;

/** Headers of a response, each by reference. */
export function referTo(
  names: readonly HeaderName[],
  header: (name: HeaderName) => Reference,
): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, header(name)]));
}
