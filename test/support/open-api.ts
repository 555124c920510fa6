import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { apiRoutes } from '../../src/api/api-routes.js';
import type { MediaTypeObject, ResponseObject } from '../../src/api/openapi/components.js';
import {
  createDocument,
  type OpenApiDocument,
  type OperationObject,
} from '../../src/api/openapi/document.js';
import { type DescribedInstance, describeInstance } from '../../src/api/openapi/instance.js';
import type { ParameterObject } from '../../src/api/openapi/parameters.js';
import { strategies } from '../../src/auth/registry.js';
import { readInstanceSettings } from '../../src/config/settings.js';
import { AUTHORITY_SECRET, TOKEN_SECRET, type Variables } from './service.js';

const SECRET = Buffer.from(TOKEN_SECRET).toString('base64url');

/** An instance as its environment makes it, with everything on; nothing is opened. */
export async function describedInstance(
  name: string,
  changes: Variables = {},
): Promise<DescribedInstance> {
  const { settings, strategy } = await readInstanceSettings(strategies, {
    AUTH_STRATEGY: name,
    DATABASE_URL: 'postgres://user@127.0.0.1:1/none',
    REDIS_URL: 'redis://127.0.0.1:1',
    TOKEN_SECRET: SECRET,
    AUTHORITY_URL: 'http://127.0.0.1:1',
    AUTHORITY_SECRET: AUTHORITY_SECRET.toString('base64url'),
    OPERATOR_TOKEN: SECRET,
    REDIS_BUCKET_SECRET: SECRET,
    COUNTERS: 'on',
    PREDICTION: 'server',
    PREDICTION_URL: 'http://127.0.0.1:1',
    ...changes,
  });
  return describeInstance(settings, strategy);
}

export async function describedInstances(): Promise<DescribedInstance[]> {
  return Promise.all(Object.keys(strategies).map((name) => describedInstance(name)));
}

export function documentOf(instance: DescribedInstance): OpenApiDocument {
  return createDocument(instance, apiRoutes);
}

/** One operation of a document, as a client finds it. */
export interface DocumentedOperation {
  /** `GET /posts/{id}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

export function listOperations({ paths }: OpenApiDocument): DocumentedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** Follows `$ref` where there is one. */
export function resolve<T extends object>(document: OpenApiDocument, value: object): T {
  const { $ref } = value as { $ref?: string };
  if ($ref === undefined) {
    return value as T;
  }
  const found = $ref
    .slice(2)
    .split('/')
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], document);
  return found as T;
}

export function responseOf(
  document: OpenApiDocument,
  { responses }: OperationObject,
  status: number,
): ResponseObject | undefined {
  const response = responses[String(status)];
  return response && resolve<ResponseObject>(document, response);
}

export function parametersOf(
  document: OpenApiDocument,
  { parameters = [] }: OperationObject,
): ParameterObject[] {
  return parameters.map((parameter) => resolve<ParameterObject>(document, parameter));
}

/** Checks values against schemas of a document; answers what is wrong, or an empty text. */
export function createSchemaChecker(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'document', components: document.components });
  const compiled = new Map<string, ValidateFunction>();

  return (schema: MediaTypeObject['schema'], value: unknown): string => {
    const key = JSON.stringify(schema);
    const validate =
      compiled.get(key) ?? ajv.compile(JSON.parse(key.replaceAll('"#/', '"document#/')));
    compiled.set(key, validate);
    return validate(value) ? '' : ajv.errorsText(validate.errors);
  };
}

export type SchemaChecker = ReturnType<typeof createSchemaChecker>;
