import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import type { OpenApiDocument } from '../../../src/api/openapi/document.js';
import { PROBLEMS_OF_ANY_REQUEST } from '../../../src/api/openapi/problems.js';
import { PROBLEMS, type ProblemCode } from '../../../src/server/errors.js';
import {
  createSchemaChecker,
  describedInstance,
  describedInstances,
  documentOf,
  listOperations,
  resolve,
} from '../../support/open-api.js';

const every = (await describedInstances()).map((instance) => ({
  name: instance.strategyName,
  document: documentOf(instance),
}));
/** Those that differ in what paths they have; checking them takes its time. */
const distinct = every.filter(
  ({ document }, index) =>
    every.findIndex((other) => pathsOf(other.document) === pathsOf(document)) === index,
);
const jwt = documentOf(await describedInstance('jwt'));
const session = documentOf(await describedInstance('session'));
const none = documentOf(await describedInstance('none'));

describe('the OpenAPI document', () => {
  for (const { name, document } of distinct) {
    it(`has neither errors nor warnings under ${name}`, async function () {
      this.timeout(30_000);
      const problems = await lintFromString({
        source: JSON.stringify(document),
        config: await createConfig({ extends: ['recommended'] }),
      });
      const found = problems.map(
        ({ severity, ruleId, message, location }) =>
          `${severity} ${ruleId}: ${message} at ${location[0]?.pointer}`,
      );
      // A redirect is all that `GET /` is for.
      const redirect =
        'warn operation-2xx-response: Operation must have at least one `2XX` response.' +
        ' at #/paths/~1/get/responses';
      expect(found.filter((problem) => problem !== redirect)).to.deep.equal([]);
    });
  }

  it('has an example of every schema, and each is valid', () => {
    for (const { document } of distinct) {
      const check = createSchemaChecker(document);
      for (const [id, schema] of Object.entries(document.components.schemas)) {
        const { examples } = schema as { examples: unknown[] };
        expect(examples, id).to.be.an('array').that.is.not.empty;
        for (const example of examples) {
          expect(check({ $ref: `#/components/schemas/${id}` }, example), id).to.equal('');
        }
      }
    }
  });

  it('tells of every problem there is', () => {
    const told = new Set<string>(PROBLEMS_OF_ANY_REQUEST);
    for (const { document } of every) {
      for (const code of codesOf(document)) {
        told.add(code);
      }
    }
    expect([...told]).to.have.members(Object.keys(PROBLEMS));
  });

  it('has the limits that requests are checked with', () => {
    const { properties, additionalProperties } = jwt.components.schemas.PostContent as {
      properties: Record<string, unknown>;
      additionalProperties: boolean;
    };
    expect(properties.title).to.deep.include({ type: 'string', minLength: 1, maxLength: 200 });
    expect(additionalProperties).to.equal(false);
  });

  it('asks for the credential of the running strategy', () => {
    const login = (document: OpenApiDocument) => document.components.securitySchemes.login;
    expect(login(session)).to.include({ type: 'apiKey', in: 'cookie', name: 'session' });
    expect(login(jwt)).to.include({ type: 'http', scheme: 'bearer' });
    expect(login(none)).to.include({ type: 'apiKey', in: 'header', name: 'Authorization' });
  });

  it('names the cookie as it is named behind TLS', async () => {
    const secure = documentOf(await describedInstance('session', { COOKIE_SECURE: 'on' }));
    expect(secure.components.securitySchemes.login).to.include({ name: '__Host-session' });
  });

  it('has only what the running strategy has', () => {
    expect(jwt.paths).to.include.keys('/auth/token', '/auth/refresh', '/auth/revoke');
    expect(jwt.paths).to.not.include.keys('/auth/sessions/delegated');
    expect(session.paths).to.include.keys('/auth/sessions', '/auth/sessions/delegated');
    expect(session.paths).to.not.have.any.keys('/auth/token', '/auth/refresh', '/auth/revoke');
    expect(none.paths).to.not.have.any.keys('/auth/token', '/auth/sessions');
  });

  it('has no login where tokens are only verified', async () => {
    const verifier = documentOf(
      await describedInstance('jwt-es256', {
        TOKEN_SECRET: '',
        JWKS_URL: 'http://127.0.0.1:1/jwks.json',
      }),
    );
    expect(verifier.paths).to.include.keys('/me', '/posts');
    expect(verifier.paths).to.not.have.any.keys('/auth/login', '/.well-known/jwks.json');
  });

  it('has no operator routes, and no counters, where they are off', async () => {
    const plain = documentOf(
      await describedInstance('jwt', { OPERATOR_TOKEN: '', COUNTERS: 'off' }),
    );
    expect(plain.paths).to.not.have.any.keys('/users/{id}/disable', '/counters');
    expect(plain.components.securitySchemes).to.not.have.property('operator');
  });

  it('holds no component that nothing refers to', () => {
    for (const { document } of every) {
      const { securitySchemes: _used, ...components } = document.components;
      const text = JSON.stringify(document);
      for (const [section, entries] of Object.entries(components)) {
        for (const name of Object.keys(entries)) {
          expect(text).to.include(`"#/components/${section}/${name}"`);
        }
      }
    }
  });
});

function pathsOf({ paths }: OpenApiDocument): string {
  return Object.keys(paths).join();
}

function codesOf(document: OpenApiDocument): ProblemCode[] {
  return listOperations(document).flatMap(({ operation }) =>
    Object.values(operation.responses).flatMap((response) => {
      const { content } = resolve<{ content?: Record<string, { examples?: object }> }>(
        document,
        response,
      );
      return Object.keys(content?.['application/problem+json']?.examples ?? {}) as ProblemCode[];
    }),
  );
}
