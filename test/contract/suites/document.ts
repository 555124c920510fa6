import { expect } from 'chai';
import type { MediaTypeObject } from '../../../src/http/openapi/components.js';
import { type OpenApiDocument, templateOf } from '../../../src/http/openapi/document.js';
import { convertSchemas, nameOf } from '../../../src/http/openapi/named-schemas.js';
import { operationsOf } from '../../../src/http/openapi/operations.js';
import { expectProblem } from '../../support/api-client.js';
import {
  createSchemaChecker,
  type DocumentedOperation,
  describedInstance,
  listOperations,
  parametersOf,
  type SchemaChecker,
} from '../../support/open-api.js';
import { invalidBodies, invalidJsonValues } from '../documented/invalid-bodies.js';
import { judgeAnswer } from '../documented/judge.js';
import { type Actor, bodyOf, encode, newActor, requestsOf, send } from '../documented/requests.js';
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

    it('tells how to make every request, and what it answers', async () => {
      const faults: string[] = [];
      for (const operation of operations) {
        const count = (await requestsOf(world, document, operation, someone)).length;
        for (let index = 0; index < count; index += 1) {
          // What changes something may end the login, so it has one of its own.
          const actor = operation.method === 'GET' ? someone : await newActor(world);
          const request = (await requestsOf(world, document, operation, actor))[index];
          if (request === undefined) {
            throw new TypeError('an actor changes no number of requests');
          }
          const answer = await send(world.api, document, operation, request, actor);
          faults.push(...judge(operation, answer));
          if (answer.status >= 300) {
            faults.push(`${operation.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
          }
        }
      }
      expect(faults).to.deep.equal([]);
      expect(operations).to.have.lengthOf.at.least(10);
    });

    it('tells who needs a credential', async () => {
      const guarded = operations.filter(({ operation }) => operation.security.length > 0);
      for (const operation of guarded) {
        const [request] = await requestsOf(world, document, operation, someone);
        const answer = await send(
          world.api,
          document,
          operation,
          request as NonNullable<typeof request>,
          undefined,
        );
        expect(answer.status, operation.name).to.equal(401);
        expect(judge(operation, answer)).to.deep.equal([]);
      }
      expect(guarded).to.not.be.empty;
    });

    it('tells what bodies are refused, and how', async () => {
      const faults: string[] = [];
      let sent = 0;
      for (const operation of operations) {
        const body = bodyOf(document, operation);
        if (body === undefined) {
          continue;
        }
        const { mediaType, schemas } = body;
        const isJson = mediaType.endsWith('json');
        const requests = await requestsOf(world, document, operation, someone);
        const [{ schema }] = Object.values(operation.operation.requestBody?.content ?? {}) as [
          MediaTypeObject,
        ];
        const invalid = schemas.flatMap((one, index) => {
          const valid = requests[index]?.body ?? {};
          return [...invalidBodies(one, valid), ...(isJson ? invalidJsonValues(one, valid) : [])];
        });
        const texts = invalid.map((value) => {
          expect(check(schema, value), JSON.stringify(value).slice(0, 200)).to.not.equal('');
          return encode(value, mediaType);
        });
        const path = requests[0]?.path ?? '';
        const credential = operation.operation.security.length > 0 ? someone.credential : {};
        const attempts = [
          ...texts.map((text) => ({ text, type: mediaType })),
          ...(isJson ? ['', '{"', '[]', 'null', '"text"'] : []).map((text) => ({
            text,
            type: mediaType,
          })),
          { text: 'text', type: 'text/plain' },
          { text: 'x'.repeat(100_001), type: mediaType },
        ];
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
      for (const { method, path, body } of operationsOf(instance)) {
        if (operations.some((one) => one.name === `${method.toUpperCase()} ${templateOf(path)}`)) {
          continue;
        }
        const answer = await world.api.call(method.toUpperCase(), path.replace(/:\w+/g, '1'), {
          credential: someone.credential,
          ...(body?.kind === 'json' && {
            body: (schemas[nameOf(body.schema)] as { examples?: unknown[] }).examples?.[0],
          }),
        });
        expectProblem(answer, 404, 'not_supported');
      }
    });

    it('tells what parameters are refused, and how', async () => {
      for (const operation of operations) {
        for (const parameter of parametersOf(document, operation.operation)) {
          const [request] = await requestsOf(world, document, operation, someone);
          const wrong = { path: '', query: {}, ...request };
          if (parameter.in === 'path') {
            wrong.path = operation.path.replace(`{${parameter.name}}`, 'no-such');
          } else {
            wrong.query = { [parameter.name]: 'no-such' };
          }
          const answer = await send(world.api, document, operation, wrong, someone);
          expect(answer.status, operation.name).to.be.oneOf([400, 404]);
          expect(judge(operation, answer)).to.deep.equal([]);
        }
      }
    });
  });
}
