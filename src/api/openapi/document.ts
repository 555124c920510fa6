import { LOGIN_SCHEME } from '../docs/credential-of-answer.js';
import {
  type ComponentCollector,
  type Components,
  createComponents,
  type MediaTypeObject,
  type Reference,
  type ResponseObject,
  referTo,
} from './components.js';
import type { DescribedInstance } from './instance.js';
import type { Answer, Method, Operation, RequestBody } from './operation.js';
import { operationsOf } from './operations.js';
import type { ParameterName } from './parameters.js';
import { byStatus, PROBLEMS_OF_ANY_REQUEST, problemsOf } from './problems.js';
import { OPERATOR_SCHEME } from './security.js';
import { TAGS } from './tags.js';

/** Of the API, not of the package. */
const API_VERSION = '1.0.0';

export interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  /** Empty: no credential is needed. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Reference[];
  readonly requestBody?: {
    readonly required: true;
    readonly content: Readonly<Record<string, MediaTypeObject>>;
  };
  readonly responses: Readonly<Record<string, Reference | ResponseObject>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, OperationObject>>>>>;
  readonly components: Components;
}

/** The API as this instance serves it, in OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1). */
export function createDocument(instance: DescribedInstance): OpenApiDocument {
  const operations = operationsOf(instance).filter(({ supported = true }) => supported);
  const components = createComponents(instance);
  const paths: Record<string, Partial<Record<Method, OperationObject>>> = {};
  for (const operation of operations) {
    const path = templateOf(operation.path);
    paths[path] = {
      ...paths[path],
      [operation.method]: describeOperation(operation, instance, components),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Session and token laboratory',
      version: API_VERSION,
      description: describeApi(instance),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The instance that gave this document.' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => operations.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    components: components.collect(),
  };
}

/** `/posts/:id` of the router is `/posts/{id}` here. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function describeApi({ strategyName, description }: DescribedInstance): string {
  return [
    `One API behind many strategies of authentication. This instance runs \`${strategyName}\`: ${description.summary}.`,
    'Errors are problem details (RFC 9457) with a stable `code`. ' +
      `Besides those listed, any request may be answered ${PROBLEMS_OF_ANY_REQUEST.map((code) => `\`${code}\``).join(', ')}.`,
    'Every path that knows GET knows HEAD, and OPTIONS answers 204 with `Allow`.',
  ].join('\n\n');
}

function describeOperation(
  operation: Operation,
  instance: DescribedInstance,
  components: ComponentCollector,
): OperationObject {
  const { id, method, tag, summary, body, answers } = operation;
  const parameters = parametersOf(operation);
  const description = [operation.description, describeAccess(operation, instance)]
    .filter((part) => part !== undefined)
    .join('\n\n');
  const problems = byStatus(problemsOf(operation, instance));
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== '' && { description }),
    security: securityOf(operation),
    ...(parameters.length > 0 && { parameters: parameters.map(components.parameter) }),
    ...(body && { requestBody: describeBody(body, components) }),
    responses: Object.fromEntries([
      ...answers.map((answer) => [answer.status, describeAnswer(answer, components)]),
      ...[...problems].map(([status, codes]) => [status, components.problems(codes, method)]),
    ]),
  };
}

function parametersOf({ parameters = [], conditional = false }: Operation): ParameterName[] {
  return [...parameters, ...(conditional ? (['ifMatch', 'ifNoneMatch'] as const) : [])];
}

const WITHOUT_SCOPE: ReadonlySet<Operation['access']> = new Set([
  'anyone',
  'operator',
  'credential',
]);

function describeAccess(
  { access }: Operation,
  { description }: DescribedInstance,
): string | undefined {
  if (WITHOUT_SCOPE.has(access) || description.delegation === 'none') {
    return undefined;
  }
  return access === 'account'
    ? 'Needs a login of my own: a credential that was handed on is refused.'
    : `A credential that was handed on needs the scope \`${access}\`.`;
}

/** Roles beside a scheme that is not OAuth 2.0 (OAS 3.1.1, section 4.8.30): the scopes of this API. */
function securityOf({ access }: Operation): OperationObject['security'] {
  switch (access) {
    case 'anyone':
      return [];
    case 'operator':
      return [{ [OPERATOR_SCHEME]: [] }];
    case 'account':
    case 'credential':
      return [{ [LOGIN_SCHEME]: [] }];
    default:
      return [{ [LOGIN_SCHEME]: [access] }];
  }
}

const MEDIA_TYPES = {
  json: ['application/json'],
  form: ['application/x-www-form-urlencoded'],
} as const;

function describeBody(
  { kind, schema, mediaTypes = MEDIA_TYPES[kind] }: RequestBody,
  components: ComponentCollector,
): OperationObject['requestBody'] {
  const { reference, example } = components.schema(schema);
  const content = { schema: reference, example };
  return {
    required: true,
    content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, content])),
  };
}

function describeAnswer(
  { description, schema, mediaType = 'application/json', headers = [] }: Answer,
  components: ComponentCollector,
): ResponseObject {
  // Every route says who may keep its answer (src/api/cache-control.ts).
  const names = ['Cache-Control' as const, ...headers];
  const hasBody = schema !== undefined || mediaType !== 'application/json';
  return {
    description,
    headers: referTo(names, components.header),
    ...(hasBody && { content: { [mediaType]: describeContent(schema, components) } }),
  };
}

function describeContent(
  schema: Answer['schema'],
  components: ComponentCollector,
): MediaTypeObject {
  if (schema === undefined) {
    return { schema: { type: 'string' } };
  }
  const { reference, example } = components.schema(schema);
  return { schema: reference, example };
}
