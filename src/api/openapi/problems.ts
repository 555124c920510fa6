import { PROBLEMS, type ProblemCode } from '../../server/errors.js';
import { acceptField } from '../request-body.js';
import type { DocumentedRoute, Method } from '../route.js';
import type { DescribedRoute } from './described-route.js';
import type { HeaderName } from './headers.js';
import type { DescribedInstance, StoreName } from './instance.js';

/**
 * Any request may meet these, before a route is found or when the service is at fault. The document says
 * so once, in its description, and no operation lists them.
 */
export const PROBLEMS_OF_ANY_REQUEST = [
  'malformed_request',
  'method_not_allowed',
  'expectation_failed',
  'request_timeout',
  'internal_error',
] as const satisfies readonly ProblemCode[];

const OF_BODY = {
  json: ['malformed_json', 'validation_failed'],
  form: ['invalid_request'],
} as const satisfies Record<string, readonly ProblemCode[]>;

const OF_EVERY_BODY: readonly ProblemCode[] = [
  'body_incomplete',
  'body_too_large',
  'unsupported_media_type',
];

const OF_STORE = {
  redis: 'redis_unavailable',
  database: 'database_unavailable',
  authority: 'authority_unavailable',
} as const satisfies Record<StoreName, ProblemCode>;

/** All that an operation may answer when it is not done: its own, and what follows from its parts. */
export function problemsOf(
  { route, operation }: DescribedRoute,
  instance: DescribedInstance,
): ProblemCode[] {
  const { conditional = false, uses = [], problems = [] } = operation;
  const { takes, gives } = route;
  const codes = new Set<ProblemCode>([
    'headers_too_large',
    ...problems,
    ...(gives === undefined ? (['not_acceptable'] as const) : []),
    ...(conditional ? (['malformed_precondition', 'precondition_failed'] as const) : []),
    ...(takes === undefined ? [] : [...OF_BODY[takes.kind], ...OF_EVERY_BODY]),
    ...problemsOfAccess(route, instance),
    ...(uses.includes('database') ? [OF_STORE.database] : []),
    ...(uses.includes('strategy') ? problemsOfStores(instance) : []),
    ...(uses.includes('passwords')
      ? (['password_queue_full', 'password_check_unavailable'] as const)
      : []),
  ]);
  // In the order of the table, so that the same codes always make the same component.
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

function problemsOfAccess(
  { access, method }: DocumentedRoute,
  instance: DescribedInstance,
): ProblemCode[] {
  switch (access) {
    case 'anyone':
      return [];
    case 'operator':
      return ['credential_missing', 'operator_only'];
    default: {
      const { carrier, delegation } = instance.description;
      return [
        'credential_missing',
        'credential_invalid',
        ...(delegation === 'none' || access === 'credential'
          ? []
          : (['insufficient_scope'] as const)),
        ...(carrier === 'cookie' && method !== 'get' ? (['cross_site_request'] as const) : []),
        ...problemsOfStores(instance),
      ];
    }
  }
}

function problemsOfStores({ strategyStores }: DescribedInstance): ProblemCode[] {
  return strategyStores.map((store) => OF_STORE[store]);
}

export function byStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const groups = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}

/** Headers that every problem of a status comes with. */
export function headersOfProblem(
  status: number,
  method: Method,
  { description }: DescribedInstance,
): HeaderName[] {
  switch (status) {
    case 415:
      return Object.keys(acceptField(method.toUpperCase(), [])) as HeaderName[];
    case 401:
      return description.carrier === 'cookie' ? [] : ['WWW-Authenticate'];
    case 429:
    case 503:
      return ['Retry-After'];
    default:
      return [];
  }
}
