import type { OpenApiDocument } from '../../../src/api/openapi/document.js';
import type { HeaderObject } from '../../../src/api/openapi/headers.js';
import type { Answer } from '../../support/api-client.js';
import {
  type DocumentedOperation,
  resolve,
  responseOf,
  type SchemaChecker,
} from '../../support/open-api.js';

/** What is wrong with an answer, held against what the document says; empty when nothing is. */
export function judgeAnswer(
  document: OpenApiDocument,
  check: SchemaChecker,
  { operation }: DocumentedOperation,
  { status, headers, body }: Answer,
): string[] {
  const response = responseOf(document, operation, status);
  if (response === undefined) {
    return [`status ${status} is not documented: ${JSON.stringify(body).slice(0, 300)}`];
  }
  const missing = Object.entries(response.headers ?? {})
    .filter(([, header]) => resolve<HeaderObject>(document, header).required)
    .filter(([name]) => !headers.has(name))
    .map(([name]) => `${status} has no ${name}`);
  return [...missing, ...judgeBody(response.content, check, { status, headers, body })];
}

function judgeBody(
  content: NonNullable<ReturnType<typeof responseOf>>['content'],
  check: SchemaChecker,
  { status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>,
): string[] {
  if (content === undefined) {
    return body === '' ? [] : [`${status} has a body, and none is documented`];
  }
  const mediaType = (headers.get('content-type') ?? '').split(';')[0] as string;
  const documented = content[mediaType] ?? content['*/*'];
  if (documented === undefined) {
    return [`${status} is of type ${mediaType}, documented is ${Object.keys(content)}`];
  }
  const wrong = check(documented.schema, body);
  return wrong === '' ? [] : [`${status}: ${wrong}`];
}
