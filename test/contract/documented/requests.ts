import type { OpenApiDocument } from '../../../src/api/openapi/document.js';
import type { ParameterObject } from '../../../src/api/openapi/parameters.js';
import {
  type Answer,
  type ApiClient,
  type Credential,
  credentialOf,
} from '../../support/api-client.js';
import { type DocumentedOperation, parametersOf } from '../../support/open-api.js';
import {
  delegateSession,
  exchange,
  type Newcomer,
  newcomer,
  OPERATOR_TOKEN,
  type World,
} from '../world.js';
import { bodyOf, type Fields, type RequestKind } from './kinds.js';

/** A request that the document lets a client make. */
export interface DocumentedRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the operation has no body. */
  readonly body?: Fields;
}

/** A user with a login, and what a request needs that no document can know. */
export type Actor = Newcomer;

export async function newActor(world: World): Promise<Actor> {
  return newcomer(world.api, 'documented');
}

/** One that can succeed: with IDs of things that are there, and secrets that are right. */
export async function makeRequest(
  world: World,
  document: OpenApiDocument,
  operation: DocumentedOperation,
  { example, query, headers }: RequestKind,
  actor: Actor,
): Promise<DocumentedRequest> {
  const path = await fillPath(world, document, operation, actor);
  return { path, query, headers, ...(example && { body: fillBody(operation, example, actor) }) };
}

export function replaceParameter(
  { path }: DocumentedOperation,
  request: DocumentedRequest,
  { in: place, name }: ParameterObject,
  value: string,
): DocumentedRequest {
  switch (place) {
    case 'path':
      return { ...request, path: path.replace(`{${name}}`, value) };
    case 'query':
      return { ...request, query: { [name]: value } };
    case 'header':
      return { ...request, headers: { [name]: value } };
  }
}

export async function send(
  api: ApiClient,
  document: OpenApiDocument,
  operation: DocumentedOperation,
  { path, query, headers, body }: DocumentedRequest,
  actor: Actor | undefined,
): Promise<Answer> {
  const search = new URLSearchParams(query).toString();
  const mediaType = bodyOf(document, operation)?.mediaType;
  return api.call(operation.method, search === '' ? path : `${path}?${search}`, {
    credential: credentialFor(operation, actor),
    headers: { ...headers, ...(body && mediaType && { 'content-type': mediaType }) },
    ...(body && mediaType && { body: encode(body, mediaType) }),
  });
}

export function encode(body: Fields, mediaType: string): string {
  return mediaType === 'application/x-www-form-urlencoded'
    ? new URLSearchParams(body as Record<string, string>).toString()
    : JSON.stringify(body);
}

function credentialFor({ operation }: DocumentedOperation, actor: Actor | undefined) {
  const [scheme] = operation.security.flatMap((requirement) => Object.keys(requirement));
  if (actor === undefined || scheme === undefined) {
    return undefined;
  }
  return scheme === 'operator' ? { authorization: `Operator ${OPERATOR_TOKEN}` } : actor.credential;
}

/** IDs of things that are there, and are the actor's. */
async function fillPath(
  { api }: World,
  document: OpenApiDocument,
  operation: DocumentedOperation,
  actor: Actor,
): Promise<string> {
  const { path } = operation;
  const { credential, account } = actor;
  let id = '';
  if (path.startsWith('/posts/')) {
    const body = { title: 'Documented', body: 'By a test.' };
    id = (await api.call('POST', '/posts', { credential, body })).body.id;
  } else if (path.startsWith('/users/')) {
    id = String(account.id);
  } else if (path.startsWith('/auth/sessions/')) {
    const { body } = await api.call('GET', '/auth/sessions', { credential });
    id = body.items?.[0].id;
  }
  const parameters = parametersOf(document, operation.operation);
  return path.replace(/\{(\w+)\}/g, (_, name) => {
    const example = parameters.find((parameter) => parameter.name === name)?.example;
    return id === '' ? String(example) : id;
  });
}

/** The example, with what is true of the actor in its place. */
function fillBody({ operation }: DocumentedOperation, example: Fields, actor: Actor): Fields {
  const { account, answer } = actor;
  const { access_token, refresh_token = access_token } = answer.body;
  const known: Fields = {
    email: operation.operationId === 'register' ? `new.${account.email}` : account.email,
    password: account.password,
    currentPassword: account.password,
    refresh_token,
    token: refresh_token,
    subject_token: access_token,
  };
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, known[name] ?? value]),
  );
}

/** A credential of the actor's that can do less. */
export async function handOn(
  world: World,
  { credential }: Actor,
  scope: string,
): Promise<Credential> {
  if (world.description.delegation === 'scoped-session') {
    const { body } = await delegateSession(world.api, credential, { scope: [scope] });
    return { cookie: `${body.cookie}=${body.value}` };
  }
  return credentialOf(await exchange(world.api, credential, { scope }));
}
