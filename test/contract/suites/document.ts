import { expect } from 'chai';
import { apiRoutes } from '../../../src/api/api-routes.js';
import { LOGIN_SCHEME } from '../../../src/api/docs/credential-of-answer.js';
import type { MediaTypeObject } from '../../../src/api/openapi/components.js';
import { convertSchemas } from '../../../src/api/openapi/convert-schemas.js';
import { bodyOf as bodyNameOf, describeRoutes } from '../../../src/api/openapi/described-route.js';
import { type OpenApiDocument, templateOf } from '../../../src/api/openapi/document.js';
import { ID_MAX } from '../../../src/auth/credentials/storable-values.js';
import { expectProblem } from '../../support/api-client.js';
import {
  createSchemaChecker,
  type DocumentedOperation,
  describedInstance,
  listOperations,
  parametersOf,
  type SchemaChecker,
} from '../../support/open-api.js';
import { invalidBodies, unreadableBodies } from '../documented/invalid-bodies.js';
import { judgeAnswer } from '../documented/judge.js';
import { bodyOf, kindsOf, type RequestKind } from '../documented/kinds.js';
import {
  type Actor,
  type DocumentedRequest,
  encode,
  handOn,
  makeRequest,
  newActor,
  replaceParameter,
  send,
} from '../documented/requests.js';
import type { World } from '../world.js';

/** Holds the running instance against its own description. */
export function describeDocument(world: World): void {
  describe('the document', () => {
    let document: OpenApiDocument;
    let operations: DocumentedOperation[];
    let check: SchemaChecker;
    let someone: Actor;

    before(async () => {
      const { status, body } = await world.api.call('GET', '/openapi.json');
      expect(status).to.equal(200);
      document = body;
      operations = listOperations(document);
      check = createSchemaChecker(document);
      someone = await newActor(world);
    });

    const judge = (operation: DocumentedOperation, answer: Parameters<typeof judgeAnswer>[3]) =>
      judgeAnswer(document, check, operation, answer).map((fault) => `${operation.name}: ${fault}`);

    it('tells how to make every request, and what it answers', async function () {
      this.timeout(60_000);
      const faults: string[] = [];
      for (const operation of operations) {
        for (const kind of kindsOf(document, operation)) {
          const actor = mayEndLogins(operation) ? await newActor(world) : someone;
          const request = await makeRequest(world, document, operation, kind, actor);
          const answer = await send(world.api, document, operation, request, actor);
          faults.push(...judge(operation, answer));
          if (!isSuccess(operation, answer.status)) {
            faults.push(`${operation.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
          }
        }
      }
      expect(faults).to.deep.equal([]);
      expect(operations).to.have.lengthOf.at.least(10);
    });

    it('tells what is not sent a second time', async () => {
      const kept = operations.filter(({ operation }) => operation.responses[304] !== undefined);
      for (const operation of kept) {
        const request = await firstRequest(operation);
        const first = await send(world.api, document, operation, request, someone);
        const headers = {
          'if-none-match': first.headers.get('etag') ?? '',
          // fetch() would ask for a fresh copy (no-cache) of what it is told to validate.
          'cache-control': 'max-age=0',
        };
        const again = await send(world.api, document, operation, { ...request, headers }, someone);
        expect(again.status, operation.name).to.equal(304);
        expect(judge(operation, again)).to.deep.equal([]);
      }
      expect(kept).to.not.be.empty;
    });

    it('tells what comes in one type only', async () => {
      for (const operation of operations) {
        const request = await firstRequest(operation);
        const headers = { accept: 'image/x-none' };
        const answer = await send(
          world.api,
          document,
          operation,
          { ...request, headers },
          undefined,
        );
        expect(answer.status === 406, operation.name).to.equal(
          operation.operation.responses[406] !== undefined,
        );
        expect(judge(operation, answer)).to.deep.equal([]);
      }
    });

    it('tells who needs a credential', async () => {
      const guarded = operations.filter(({ operation }) => operation.security.length > 0);
      for (const operation of guarded) {
        const request = await firstRequest(operation);
        const answer = await send(world.api, document, operation, request, undefined);
        expect(answer.status, operation.name).to.equal(401);
        expect(judge(operation, answer)).to.deep.equal([]);
      }
      expect(guarded).to.not.be.empty;
    });

    it('tells what bodies are refused, and how', async function () {
      this.timeout(60_000);
      const faults: string[] = [];
      let sent = 0;
      for (const operation of operations) {
        const body = bodyOf(document, operation);
        if (body === undefined) {
          continue;
        }
        const { mediaType, schemas } = body;
        const requests = await Promise.all(
          kindsOf(document, operation).map((kind) =>
            makeRequest(world, document, operation, kind, someone),
          ),
        );
        const invalid = schemas.flatMap((one, index) =>
          invalidBodies(one, requests[index]?.body ?? {}, mediaType),
        );
        const [{ schema }] = Object.values(operation.operation.requestBody?.content ?? {}) as [
          MediaTypeObject,
        ];
        for (const value of invalid) {
          expect(check(schema, value), JSON.stringify(value).slice(0, 200)).to.not.equal('');
        }
        const attempts = [
          ...invalid.map((value) => ({ text: encode(value, mediaType), type: mediaType })),
          ...unreadableBodies(mediaType),
        ];
        const path = requests[0]?.path ?? '';
        const credential = operation.operation.security.length > 0 ? someone.credential : {};
        for (const { text, type } of attempts) {
          const answer = await world.api.call(operation.method, path, {
            credential,
            body: text,
            headers: { 'content-type': type },
          });
          sent += 1;
          faults.push(...judge(operation, answer));
          if (answer.status < 400) {
            faults.push(`${operation.name} took ${text.slice(0, 200)}`);
          }
        }
      }
      expect(faults).to.deep.equal([]);
      expect(sent).to.be.above(50);
    });

    it('leaves out what this strategy does not have, which answers so', async () => {
      const instance = await describedInstance(world.name, world.variables);
      const schemas = convertSchemas();
      for (const described of describeRoutes(instance, apiRoutes)) {
        const { method, path, takes } = described.route;
        if (operations.some((one) => one.name === `${method.toUpperCase()} ${templateOf(path)}`)) {
          continue;
        }
        const answer = await world.api.call(method.toUpperCase(), path.replace(/:\w+/g, '1'), {
          credential: someone.credential,
          ...(takes?.kind === 'json' && {
            body: (schemas[bodyNameOf(described) as string] as { examples?: unknown[] })
              .examples?.[0],
          }),
        });
        expectProblem(answer, 404, 'not_supported');
      }
    });

    it('tells what parameters are refused, and how', async () => {
      for (const operation of operations) {
        for (const parameter of parametersOf(document, operation.operation)) {
          for (const value of ['no-such', '"no-such"', String(ID_MAX)]) {
            const request = await firstRequest(operation);
            const answer = await send(
              world.api,
              document,
              operation,
              replaceParameter(operation, request, parameter, value),
              someone,
            );
            expect(judge(operation, answer)).to.deep.equal([]);
            if (parameter.in !== 'header') {
              expect(answer.status, operation.name).to.be.oneOf([400, 403, 404]);
            }
          }
        }
      }
    });

    it('tells what others may do with what is mine', async () => {
      const other = await newActor(world);
      for (const operation of operations) {
        const mine = operation.path.includes('{id}') && scopesOf(operation) !== undefined;
        if (!mine) {
          continue;
        }
        const answer = await send(
          world.api,
          document,
          operation,
          await firstRequest(operation),
          other,
        );
        expect(judge(operation, answer)).to.deep.equal([]);
      }
    });

    it('tells what a credential that was handed on may do', async function () {
      if (world.description.delegation === 'none') {
        this.skip();
      }
      const reader = { ...someone, credential: await handOn(world, someone, 'posts:read') };
      for (const operation of operations) {
        const scopes = scopesOf(operation);
        if (scopes === undefined) {
          continue;
        }
        const request = await firstRequest(operation);
        const answer = await send(world.api, document, operation, request, reader);
        // What asks for a credential and no scope has no 403 in the document.
        const allowed =
          scopes.includes('posts:read') || operation.operation.responses[403] === undefined;
        expect(answer.status, operation.name).to.equal(allowed ? 200 : 403);
        expect(judge(operation, answer)).to.deep.equal([]);
      }
    });

    async function firstRequest(operation: DocumentedOperation): Promise<DocumentedRequest> {
      const [kind] = kindsOf(document, operation) as [RequestKind];
      return makeRequest(world, document, operation, kind, someone);
    }
  });
}

/** Undefined where it is not the login that is asked for. */
function scopesOf({ operation }: DocumentedOperation): readonly string[] | undefined {
  return operation.security[0]?.[LOGIN_SCHEME];
}

function mayEndLogins({ method, path }: DocumentedOperation): boolean {
  return method !== 'GET' && !path.startsWith('/posts');
}

/** A redirect is the success of an operation that has no other: `GET /` sends a browser on. */
function isSuccess({ operation }: DocumentedOperation, status: number): boolean {
  const answersItself = Object.keys(operation.responses).some((code) => code.startsWith('2'));
  return answersItself ? status < 300 : status < 400;
}
