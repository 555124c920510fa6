import { LOGIN_SCHEME } from '../docs/credential-of-answer.js';
import type { RequestBody } from '../request-body.js';
import type { DocumentedRoute, Method } from '../route.js';
import {
  type ComponentCollector,
  type Components,
  createComponents,
  type MediaTypeObject,
  type Reference,
  type ResponseObject,
  referTo,
} from './components.js';
import { bodyOf, type DescribedRoute, describeRoutes } from './described-route.js';
import type { DescribedInstance } from './instance.js';
import { type Answer, type Operation, TAGS } from './operation.js';
import type { ParameterName } from './parameters.js';
import { byStatus, PROBLEMS_OF_ANY_REQUEST, problemsOf } from './problems.js';
import { OPERATOR_SCHEME } from './security.js';

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

/**
 * The API as this instance serves it, in OpenAPI 3.1.1 (https://spec.openapis.org/oas/v3.1.1).
 * @param routes all there may be; those of parts that the instance does not have are left out
 */
export function createDocument(
  instance: DescribedInstance,
  routes: readonly DocumentedRoute[],
): OpenApiDocument {
  const described = describeRoutes(instance, routes).filter(
    ({ operation: { supported = true } }) => supported,
  );
  const components = createComponents(instance);
  const paths: Record<string, Partial<Record<Method, OperationObject>>> = {};
  for (const each of described) {
    const path = templateOf(each.route.path);
    paths[path] = {
      ...paths[path],
      [each.route.method]: describeOperation(each, instance, components),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Session and token laboratory',
      version: API_VERSION,
      description: describeApi(instance),
      // For programs: the sentence above is for people.
      'x-strategy': instance.strategyName,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The instance that gave this document.' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => described.some(({ operation }) => operation.tag === name))
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
  described: DescribedRoute,
  instance: DescribedInstance,
  components: ComponentCollector,
): OperationObject {
  const { route, operation } = described;
  const { id, tag, summary, answers } = operation;
  const body = bodyOf(described);
  const parameters = parametersOf(operation);
  const description = [operation.description, describeAccess(route, instance)]
    .filter((part) => part !== undefined)
    .join('\n\n');
  const problems = byStatus(problemsOf(described, instance));
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== '' && { description }),
    security: securityOf(route),
    ...(parameters.length > 0 && { parameters: parameters.map(components.parameter) }),
    ...(body !== undefined &&
      route.takes && { requestBody: describeBody(body, route.takes, components) }),
    responses: Object.fromEntries([
      ...answers.map((answer) => [answer.status, describeAnswer(answer, route, components)]),
      ...[...problems].map(([status, codes]) => [status, components.problems(codes, route.method)]),
    ]),
  };
}

function parametersOf({ parameters = [], conditional = false }: Operation): ParameterName[] {
  return [...parameters, ...(conditional ? (['ifMatch', 'ifNoneMatch'] as const) : [])];
}

const WITHOUT_SCOPE: ReadonlySet<DocumentedRoute['access']> = new Set([
  'anyone',
  'operator',
  'credential',
]);

function describeAccess(
  { access }: DocumentedRoute,
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
function securityOf({ access }: DocumentedRoute): OperationObject['security'] {
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

function describeBody(
  name: string,
  { mediaTypes }: RequestBody,
  components: ComponentCollector,
): OperationObject['requestBody'] {
  const { reference, example } = components.schema(name);
  const content = { schema: reference, example };
  return {
    required: true,
    content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, content])),
  };
}

function describeAnswer(
  { status, description, schema, headers = [] }: Answer,
  { gives }: DocumentedRoute,
  components: ComponentCollector,
): ResponseObject {
  // Every route says who may keep its answer (src/api/cache-control.ts).
  const names = ['Cache-Control' as const, ...headers];
  const mediaType = gives ?? 'application/json';
  const hasBody = schema !== undefined || (status === 200 && gives !== undefined);
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
